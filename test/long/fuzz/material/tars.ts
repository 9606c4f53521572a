import { writeTar } from '@fenceline/archive';
import { encodeHeader, encodePaxRecord, paddingOf } from '@fenceline/archive/testing';
import { streamed } from '../chunks.js';
import { joined } from '../mutate.js';

const blockBytes = 512;
const checksumAt = 148;
const checksumBytes = 8;

const text = (characters: string) => new TextEncoder().encode(characters);

/** A header of any type, its content and what fills the last block. */
function entry(type: string, name: string, content: Uint8Array): Uint8Array {
  const header = encodeHeader({ type, name, size: content.length });
  return joined(header, content, new Uint8Array(paddingOf(content.length)));
}

/** Small tar files: as we write them, and with the extensions of others. */
export async function smallTars(): Promise<Uint8Array[]> {
  const files = [
    { name: 'run/manifest.json', content: text('{}\n') },
    { name: `run/${'long-name/'.repeat(12)}x`, content: text('x'.repeat(600)) },
    { name: 'run/empty', content: text('') },
  ];
  const ours: Uint8Array[] = [];
  const entries = files.map(({ name, content }) => ({
    name,
    size: content.length,
    content: () => streamed([content]),
  }));
  for await (const chunk of writeTar(entries)) ours.push(chunk.slice());
  const theirs = [
    entry('g', 'pax', encodePaxRecord('comment', 'made elsewhere')),
    entry('5', './run/', text('')),
    entry('L', '././@LongLink', text(`run/${'y'.repeat(120)}\0`)),
    entry('0', 'run/yyy', text('long')),
    entry('x', 'pax', joined(encodePaxRecord('path', 'run/a'), encodePaxRecord('size', '5'))),
    entry('0', 'run/b', text('hello')),
    new Uint8Array(2 * blockBytes),
  ];
  return [joined(...ours), joined(...theirs)];
}

/** The tar file with the checksums that its headers should have, so that they are read and not only refused. */
export function withChecksums(tar: Uint8Array): Uint8Array {
  const bytes = tar.slice();
  for (let at = 0; at + blockBytes <= bytes.length; at += blockBytes) {
    const isHeader = String.fromCharCode(...bytes.subarray(at + 257, at + 262)) === 'ustar';
    if (!isHeader) continue;
    bytes.fill(0x20, at + checksumAt, at + checksumAt + checksumBytes);
    let sum = 0;
    for (let i = at; i < at + blockBytes; i++) sum += bytes[i]!;
    bytes.set(text(`${sum.toString(8).padStart(6, '0')}\0 `), at + checksumAt);
  }
  return bytes;
}
