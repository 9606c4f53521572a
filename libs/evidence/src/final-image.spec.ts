import { describe, expect, it } from 'vitest';
import { imageEnd, imageLine, readFinalImage } from './final-image.js';

async function* chunksOf(text: string): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(new TextEncoder().encode(text));
}

const runs = [
  { slba: 0, hashes: [0n, 2n ** 64n - 1n] },
  { slba: 96, hashes: [0x0123456789abcdefn] },
];

describe('the final image', () => {
  it('comes back as it was written', async () => {
    const text = runs.map((run) => imageLine(run)).join('') + imageEnd(3);
    expect(await readFinalImage(chunksOf(text))).toEqual(runs);
    expect(await readFinalImage(chunksOf(imageEnd(0)))).toEqual([]);
  });

  it('is refused when it was cut, and names a line that does not fit', async () => {
    const text = runs.map((run) => imageLine(run)).join('');
    await expect(readFinalImage(chunksOf(text))).rejects.toThrow('cut off');
    await expect(readFinalImage(chunksOf(imageLine(runs[0]!) + imageEnd(3)))).rejects.toThrow(
      'cut off',
    );
    await expect(readFinalImage(chunksOf(text + '{"slba":'))).rejects.toThrow('line 3');
    await expect(readFinalImage(chunksOf('{"slba":1,"hashes":["xyz"]}\n'))).rejects.toThrow(
      'line 1',
    );
  });
});
