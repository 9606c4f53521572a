import { PduDecoder, PduFinder, opensConnection, type PduSender } from '@fenceline/nvme';
import { cut } from '../chunks.js';
import { law, sameTrace, sumOf, type Trace } from '../laws.js';
import { queueTalk } from '../material/pdus.js';
import { joined, Seeds } from '../mutate.js';
import type { Target } from '../target.js';

/** PDUs that follow each other, in both directions of both kinds of queue, with digests and without. */
function streams(): Uint8Array[] {
  const talks = [queueTalk(0), queueTalk(1), queueTalk(1, { header: true, data: true })];
  const lists = talks.flatMap((talk) =>
    (['host', 'node'] as const).map((sender) =>
      talk.filter(({ from }) => from === sender).map(({ bytes }) => bytes),
    ),
  );
  const few = 3;
  return lists.flatMap((pdus) =>
    pdus.slice(0, 1 - few).map((_, at) => joined(...pdus.slice(at, at + few))),
  );
}

/**
 * The decoder of PDUs. Laws: nothing is thrown; data come in order and are as long as the header says; after a loss
 * nothing comes; chunks make no difference.
 */
export function pduTarget(share: number): Target {
  const seeds = new Seeds(streams());
  return {
    name: 'pdu',
    share,
    try(random) {
      const bytes = seeds.mutant(random);
      sameTrace(decoded([bytes]), decoded(cut(bytes, random)), 'chunks make a difference');
    },
  };
}

function decoded(chunks: readonly Uint8Array[]): Trace {
  const trace: Trace = [];
  let offset = 0;
  let data = 0;
  let sum = 0;
  let isLost = false;
  const decoder = new PduDecoder({
    onHeader(pdu) {
      law(!isLost, 'a PDU comes after the stream was lost');
      law(pdu.offset === offset, `a PDU begins at ${pdu.offset}, not at ${offset}`);
      data = sum = 0;
      trace.push(pdu.type, pdu.flags, pdu.length, pdu.dataLength, pdu.headerDigestOk);
      trace.push(sumOf(pdu.header, 0, 24));
    },
    onData(pdu, bytes, start, end, at) {
      law(at === data && end > start && end <= bytes.length, 'data come out of order');
      data += end - start;
      law(data <= pdu.dataLength, 'more data come than the header says');
      sum = sumOf(bytes, start, end, sum);
    },
    onEnd(pdu) {
      law(data === pdu.dataLength, `${data} bytes of data came of ${pdu.dataLength}`);
      offset += pdu.length;
      trace.push(sum, pdu.dataDigestOk);
    },
    onLost(reason) {
      isLost = true;
      trace.push(reason);
    },
  });
  for (const chunk of chunks) decoder.push(chunk, 0, chunk.length, 0, 0);
  trace.push(decoder.isLost, decoder.betweenPdus);
  return trace;
}

/**
 * The search for a PDU in the middle of a stream. Laws: nothing is thrown; what is found is where decoding can go on;
 * chunks make no difference.
 */
export function finderTarget(share: number): Target {
  const seeds = new Seeds(streams());
  return {
    name: 'pdu-finder',
    share,
    try(random) {
      const stream = seeds.mutant(random);
      const bytes = stream.subarray(random.below(Math.min(stream.length, 300) + 1));
      const sender: PduSender = random.oneIn(2) ? 'host' : 'controller';
      opensConnection(bytes, 0, bytes.length);
      sameTrace(
        [found(sender, [bytes], bytes)],
        [found(sender, cut(bytes, random), bytes)],
        'chunks make a difference',
      );
    },
  };
}

/** Where the first PDU is found, or -1. */
function found(sender: PduSender, chunks: readonly Uint8Array[], all: Uint8Array): number {
  const finder = new PduFinder(sender);
  let passed = 0;
  for (const chunk of chunks) {
    const at = finder.find(chunk, 0, chunk.length);
    if (at >= 0) {
      const { before } = finder;
      const place = passed + at - before.length;
      law(at <= chunk.length && place >= 0, 'a PDU is found outside of the bytes');
      law(
        before.every((byte, i) => byte === all[place + i]),
        'the bytes before are not those that came',
      );
      return place;
    }
    passed += chunk.length;
  }
  return -1;
}
