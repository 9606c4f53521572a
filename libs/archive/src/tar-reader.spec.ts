import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readTar, type TarEntry } from './tar-reader.js';
import { tarBytes, writeTar, type TarFile } from './tar-writer.js';

const limits = { bytes: 2 ** 20, entries: 50 };

async function* inChunks(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) {
    yield await Promise.resolve(bytes.subarray(at, at + size));
  }
}

async function collect(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const all: Uint8Array[] = [];
  for await (const chunk of chunks) all.push(chunk);
  return Buffer.concat(all);
}

async function read(bytes: Uint8Array, chunk: number): Promise<Record<string, string>> {
  const files: Record<string, string> = {};
  await readTar(inChunks(bytes, chunk), limits, async ({ name, content }: TarEntry) => {
    files[name] = (await collect(content)).toString('hex');
  });
  return files;
}

const fileOf = (name: string, bytes: Uint8Array): TarFile => ({
  name,
  size: bytes.length,
  content: () => inChunks(bytes, 1000),
});

const names = fc.stringMatching(/^[a-zA-Z0-9_][a-zA-Z0-9._+-]{0,60}(\/[a-z0-9]{1,80}){0,3}$/);
const contents = fc.uint8Array({ maxLength: 2000 });

describe('readTar', () => {
  it('reads back what writeTar wrote, however the bytes come', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.tuple(names, contents), { maxLength: 6, selector: ([name]) => name }),
        fc.integer({ min: 1, max: 3000 }),
        async (entries, chunk) => {
          const files = entries.map(([name, bytes]) => fileOf(name, bytes));
          const tar = await collect(writeTar(files));
          expect(tar.length).toBe(tarBytes(files));
          const expected = entries.map(([name, bytes]) => [
            name,
            Buffer.from(bytes).toString('hex'),
          ]);
          expect(Object.entries(await read(tar, chunk)).sort()).toEqual(expected.sort());
        },
      ),
      { numRuns: 60 },
    );
  });

  it('gives no name that leads out, and ends, whatever the bytes are', async () => {
    const tar = await collect(
      writeTar([
        fileOf('a/b', Buffer.from('x')),
        fileOf(`c/${'d'.repeat(120)}`, Buffer.alloc(600)),
      ]),
    );
    const edits = fc.array(fc.tuple(fc.nat(tar.length - 1), fc.integer({ min: 0, max: 255 })), {
      minLength: 1,
      maxLength: 8,
    });
    await fc.assert(
      fc.asyncProperty(edits, fc.boolean(), async (changes, mendChecksum) => {
        const bytes = Buffer.from(tar);
        for (const [at, value] of changes) bytes[at] = value;
        if (mendChecksum) mend(bytes);
        let seen: string[] = [];
        try {
          seen = Object.keys(await read(bytes, 700));
        } catch (error) {
          expect(error).toBeInstanceOf(Error);
        }
        for (const name of seen) {
          expect(name.startsWith('/') || name.split('/').includes('..')).toBe(false);
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe('writeTar', () => {
  it('refuses a file that changed while it was read', async () => {
    const grown = { ...fileOf('x', Buffer.from('123')), size: 2 };
    const shrunk = { ...fileOf('x', Buffer.from('123')), size: 4 };
    await expect(collect(writeTar([grown]))).rejects.toThrow(/changed while it was read/);
    await expect(collect(writeTar([shrunk]))).rejects.toThrow(/changed while it was read/);
  });
});

/** Puts a right checksum into the first header, so that the edits are not all found by it. */
function mend(bytes: Buffer): void {
  bytes.fill(' ', 148, 156);
  const sum = bytes.subarray(0, 512).reduce((all, byte) => all + byte, 0);
  bytes.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
}
