import { expect, it } from 'vitest';
import { hashBlock } from './payload.js';

/** Of xxHash's own self-test (cli/xsum_sanity_check.c): a generator of bytes and what XXH64 makes of them. */
const known = new Map([
  [0, 0xef46_db37_51d8_e999n],
  [1, 0xe934_a84a_db05_2768n],
  [14, 0x8282_dcc4_994e_35c8n],
  [222, 0xb641_ae8c_b691_c174n],
]);

function testBytes(length: number): Uint8Array {
  let word = 2_654_435_761n;
  return Uint8Array.from({ length }, () => {
    const byte = Number(word >> 56n);
    word = BigInt.asUintN(64, word * 11_400_714_785_074_694_797n);
    return byte;
  });
}

it('hashes as xxHash itself does', () => {
  for (const [length, hash] of known) expect(hashBlock(testBytes(length))).toBe(hash);
});
