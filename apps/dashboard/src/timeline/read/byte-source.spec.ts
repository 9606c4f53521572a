import { describe, expect, it } from 'vitest';
import { HttpByteSource } from './byte-source.js';

const file = Uint8Array.from({ length: 100 }, (_, i) => i);

describe('a file behind an address', () => {
  it('is asked for exactly the range, with the signal', async () => {
    const asked: { url: string; init: RequestInit }[] = [];
    const source = new HttpByteSource('/content', (url, init) => {
      asked.push({ url, init });
      return Promise.resolve(new Response(file.slice(10, 20), { status: 206 }));
    });
    const { signal } = new AbortController();
    expect([...(await source.read(10, 10, signal))]).toEqual([...file.slice(10, 20)]);
    expect(asked).toEqual([
      { url: '/content', init: { headers: { Range: 'bytes=10-19' }, signal } },
    ]);
    expect(source.received).toBe(10);
  });

  it('may come as a whole where something takes no notice of ranges', async () => {
    const source = new HttpByteSource('/content', () => Promise.resolve(new Response(file)));
    expect([...(await source.read(98, 10))]).toEqual([98, 99]);
  });

  it('says with which status it was refused', async () => {
    const gone = () => Promise.resolve(new Response(null, { status: 410 }));
    await expect(new HttpByteSource('/content', gone).read(0, 1)).rejects.toThrow('HTTP 410');
  });
});
