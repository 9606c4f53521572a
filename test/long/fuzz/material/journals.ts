import { hashBlock, JournalEncoder, type JournalOp } from '@fenceline/capture';
import { joined } from '../mutate.js';

const fileHeader = 24;
const blockHeader = 24;
const blockCheckedFrom = 16;

/** A journal of a few blocks with every kind of record in it. */
export function smallJournal(): Uint8Array {
  const encoder = new JournalEncoder(4096);
  const blocks: Uint8Array[] = [];
  encoder.exported(0, 'A');
  encoder.exported(1, 'node-B');
  encoder.connected(10, 0, 1);
  encoder.connected(11, 1, 2);
  blocks.push(encoder.take().slice());
  const ops: JournalOp[] = ['write', 'write', 'read', 'flush', 'trim', 'write-zeroes'];
  ops.forEach((op, index) => {
    const request = index + 1;
    const hashes = op === 'write' ? [hashBlock(Uint8Array.of(index)), 7n] : [];
    encoder.received(100 * request, {
      request,
      export: index % 2,
      connection: 1 + (index % 2),
      op,
      fua: index === 1,
      offset: 4096 * index,
      length: op === 'flush' ? 0 : 8192,
      hashes,
    });
    if (index === 1) encoder.held(100 * request + 1, request);
    if (index === 1) encoder.released(100 * request + 2, request);
    if (index === 4) encoder.discarded(100 * request + 3, request);
    else if (index === 5) encoder.failed(100 * request + 3, request, 5);
    else encoder.applied(100 * request + 3, request);
    encoder.replied(100 * request + 4, request);
    if (index % 2 === 1) blocks.push(encoder.take().slice());
  });
  encoder.disconnected(900, 0, 1);
  encoder.ended(1000);
  blocks.push(encoder.take().slice());
  return joined(...blocks);
}

/**
 * The journal with the checksums that its bytes should have, as far as its blocks can be found: what a hostile
 * writer would make, and what gets behind the checksum.
 */
export function resealed(journal: Uint8Array): Uint8Array {
  if (journal.length < fileHeader) return journal;
  const bytes = journal.slice();
  const view = new DataView(bytes.buffer);
  view.setBigUint64(16, hashBlock(bytes.subarray(0, 16)), true);
  for (let at = fileHeader; at + blockHeader <= bytes.length;) {
    const end = at + blockHeader + view.getUint32(at + 4, true);
    if (end > bytes.length) break;
    view.setBigUint64(at + 8, hashBlock(bytes.subarray(at + blockCheckedFrom, end)), true);
    at = end;
  }
  return bytes;
}
