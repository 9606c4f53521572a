import { CaptureReader, type AnyPacket } from '@fenceline/capture';
import { CaptureDecoder, none } from '@fenceline/history/decode';
import { TestConnection, Traffic } from '@fenceline/history/testing';
import { cut } from '../chunks.js';
import { law, sameTrace, type Trace } from '../laws.js';
import { fewFrames, wholeConnections } from '../material/captures.js';
import { framesOfQueue, framesSeen, type SeenFrame } from '../material/frames.js';
import { queueTalk } from '../material/pdus.js';
import { Seeds } from '../mutate.js';
import type { Random } from '../random.js';
import type { Target } from '../target.js';

/**
 * A capture's bytes in, commands out, as `fenceline decode` does it. Laws: nothing is thrown; a command is of a frame
 * that there is; nothing is counted below zero; chunks make no difference.
 */
export function decodeFileTarget(share: number): Target {
  const seeds = new Seeds(
    (['pcap', 'pcapng'] as const).flatMap((kind) => [
      ...fewFrames(kind),
      ...wholeConnections(kind),
    ]),
  );
  return {
    name: 'decode',
    share,
    try(random) {
      const file = seeds.mutant(random);
      sameTrace(commandsOf([file]), commandsOf(cut(file, random)), 'chunks make a difference');
    },
  };
}

function commandsOf(chunks: readonly Uint8Array[]): Trace {
  const commands = new Commands();
  const reader = new CaptureReader((packet) => commands.decoder.packet(packet));
  for (const chunk of chunks) reader.push(chunk);
  return commands.end(reader.end().packets);
}

/** The commands of a capture, as a trace. */
class Commands {
  readonly decoder: CaptureDecoder;
  readonly #trace: Trace = [];
  #lastFrame = 0;

  /** @param withFrames - which frames they were in, and when, counts too */
  constructor(withFrames = true) {
    this.decoder = new CaptureDecoder((command) => {
      const { association, qid, cid, opcode, name, nsid, slba, blocks, bytes, status } = command;
      const { sentAt, answeredAt, sentFrame, answerFrame, end, detail, path } = command;
      law(Number.isFinite(sentAt) && sentFrame > 0, 'a command was never sent');
      law((status === none) === (answerFrame === 0), 'a status without an answer, or the reverse');
      this.#lastFrame = Math.max(this.#lastFrame, sentFrame, answerFrame);
      this.#trace.push(association, qid, cid, opcode, name, nsid, slba, blocks, bytes, status);
      this.#trace.push(end, detail, path);
      if (withFrames) this.#trace.push(sentAt, answeredAt, sentFrame, answerFrame);
    });
  }

  end(packets: number): Trace {
    this.decoder.finish();
    law(this.#lastFrame <= packets, 'a command is of a frame that is not in the capture');
    const { unknownLinkType, ...counts } = this.decoder.trouble;
    for (const [name, count] of Object.entries(counts)) law(count >= 0, `${name} is ${count}`);
    const all: number[] = Object.values(counts);
    return [...this.#trace, ...all, unknownLinkType, this.decoder.connections];
  }
}

/**
 * The same from whole packets on: they are lost, repeated, swapped, changed in one place. Laws: as before; and the
 * packets' buffer, which is used again for each, makes no difference.
 */
export function decodePacketsTarget(share: number): Target {
  const queues = [
    framesOfQueue(0),
    framesOfQueue(1),
    framesOfQueue(1, { header: true, data: true }),
  ];
  const seeds = queues.map((frames) => new Seeds(frames.map(({ bytes }) => bytes)));
  return {
    name: 'decode-packets',
    share,
    try(random) {
      const queue = random.below(queues.length);
      const frames = shuffled(queues[queue]!, random);
      for (let times = random.below(4); times > 0; times--) {
        const at = random.below(frames.length);
        frames[at] = { t: frames[at]!.t, bytes: seeds[queue]!.mutant(random) };
      }
      const lent = new Uint8Array(4096);
      sameTrace(
        commandsOfPackets(frames),
        commandsOfPackets(frames, (bytes) => {
          lent.fill(0xee);
          lent.set(bytes);
          return lent;
        }),
        'what becomes of a packet that was lent makes a difference',
      );
    },
  };
}

/** The frames with some lost, repeated and swapped. */
function shuffled(frames: readonly SeenFrame[], random: Random): SeenFrame[] {
  const shuffledFrames = [...frames];
  for (let times = random.below(6); times > 0; times--) {
    const at = random.below(shuffledFrames.length);
    const there = shuffledFrames[at]!;
    switch (random.below(4)) {
      case 0:
        if (shuffledFrames.length > 1) shuffledFrames.splice(at, 1);
        break;
      case 1:
        shuffledFrames.splice(random.below(shuffledFrames.length), 0, there);
        break;
      case 2: {
        const other = random.below(shuffledFrames.length);
        shuffledFrames[at] = shuffledFrames[other]!;
        shuffledFrames[other] = there;
        break;
      }
      default:
        shuffledFrames[at] = {
          ...there,
          t: random.oneIn(2) ? random.word() * 1000 : there.t - 5000,
        };
    }
  }
  return shuffledFrames;
}

function commandsOfPackets(
  frames: readonly SeenFrame[],
  lend: (bytes: Uint8Array) => Uint8Array = (bytes) => bytes,
  withFrames = true,
): Trace {
  const commands = new Commands(withFrames);
  frames.forEach(({ t, bytes }, index) => {
    const packet: AnyPacket = {
      number: index + 1,
      t,
      source: lend(bytes),
      start: 0,
      end: bytes.length,
      originalLength: bytes.length,
      linkType: 1,
    };
    commands.decoder.packet(packet);
  });
  return commands.end(frames.length);
}

/**
 * The same from the bytes of the streams on: some PDUs make no sense. Laws: as before; how TCP cut the streams into
 * segments makes no difference, as it may be done anew on the way.
 */
export function decodeSegmentsTarget(share: number): Target {
  const talks = [queueTalk(0), queueTalk(1), queueTalk(1, { header: true, data: true })];
  const seeds = talks.map((talk) => new Seeds(talk.map(({ bytes }) => bytes)));
  return {
    name: 'decode-segments',
    share,
    try(random) {
      const queue = random.below(talks.length);
      const talk = [...talks[queue]!];
      for (let times = random.below(3); times > 0; times--) {
        const at = random.below(talk.length);
        talk[at] = { from: talk[at]!.from, bytes: seeds[queue]!.mutant(random) };
      }
      const cutAt = (longest: number) =>
        framesSeen((traffic: Traffic) => {
          const connection = new TestConnection(traffic, traffic.link('A'));
          for (const { from, bytes } of talk) {
            const splits = Array.from({ length: 30 }, () => 1 + random.below(longest));
            connection.send(from, bytes, { splits });
          }
        });
      sameTrace(
        commandsOfPackets(cutAt(random.pick([5, 40, 400])), undefined, false),
        commandsOfPackets(cutAt(1448), undefined, false),
        'segments make a difference',
      );
    },
  };
}
