import { gzipSync } from 'node:zlib';
import { makeElf } from './elf.testing.js';

/** A file with the header of a bzImage around a gzip-compressed "kernel". */
export function makeBzImage(release: string, kernel: Uint8Array = makeElf({ pvh: true })): Buffer {
  const payload = gzipSync(kernel);
  const bytes = Buffer.alloc(1024 + payload.length);
  bytes[0x1f1] = 1; // one sector of set-up code
  bytes.write('HdrS', 0x202, 'latin1');
  bytes.writeUInt16LE(0x020f, 0x206);
  bytes.writeUInt16LE(0x300 - 0x200, 0x20e);
  bytes.write(`${release} (someone@somewhere) #1 SMP\0`, 0x300, 'latin1');
  bytes.writeUInt32LE(0, 0x248);
  bytes.writeUInt32LE(payload.length, 0x24c);
  payload.copy(bytes, 1024);
  return bytes;
}
