import { isDeepStrictEqual } from 'node:util';
import { planSchema, type LabEvent } from '@fenceline/contracts';
import { readTimeline } from '@fenceline/evidence/testing';
import { buildHistory, topologyOf, type History, type Topology } from '@fenceline/history';
import { block, TestAssociation, TestConnection, Traffic } from '@fenceline/history/testing';
import { cut, streamed } from '../chunks.js';
import { BrokenLaw, law } from '../laws.js';
import { resealed } from '../material/journals.js';
import { queueTalk } from '../material/pdus.js';
import { goldenPart, utf8 } from '../material/recordings.js';
import { Seeds } from '../mutate.js';
import type { Target } from '../target.js';

/** A recording in memory, part by part. */
interface Parts {
  topology: Topology;
  captures: readonly { link: string; side: 'host' | 'node'; bytes: Uint8Array }[];
  journal: Uint8Array;
  timeline: readonly LabEvent[];
  console: Uint8Array;
}

/**
 * The history of a recording of which one part, or several, are damaged. Laws: nothing is thrown; commands are numbered
 * and each has its association; the times at which something is told do not go back; chunks make no difference.
 */
export function historyTarget(share: number): Target {
  return recordingTarget('history', share, syntheticParts());
}

/** The same with a recording that was made on real kernels. */
export async function goldenTarget(share: number): Promise<Target> {
  const topology = topologyOf(
    planSchema.parse(JSON.parse(utf8.decode(await goldenPart('plan.json')))),
  );
  const captures = await Promise.all(
    ['A', 'B'].flatMap((link) =>
      (['host', 'node'] as const).map(async (side) => ({
        link,
        side,
        bytes: await goldenPart(`captures/${link}.${side}.pcapng`),
      })),
    ),
  );
  const { events } = await readTimeline(streamed([await goldenPart('timeline.jsonl')]));
  return recordingTarget('history-golden', share, {
    topology,
    captures,
    journal: await goldenPart('backend/journal.fjl'),
    timeline: events,
    console: await goldenPart('consoles/A.log'),
  });
}

/** Two paths with a write, a read, a retry over the other path, a deallocation, and one of each kind of command. */
function syntheticParts(): Parts {
  const traffic = new Traffic();
  const a = new TestAssociation(traffic, traffic.link('A'), { cntlid: 1 });
  const b = new TestAssociation(traffic, traffic.link('B'), { cntlid: 100 });
  const late = traffic.received('A', 10, block(1));
  a.write(1, 10, block(1));
  b.writeByR2t(1, 10, block(1), [1000]);
  traffic.apply('B', 10, block(1));
  b.answer(1);
  b.read(2, 10, block(1));
  b.deallocate(3, [{ slba: 20, blocks: 2 }]);
  b.answer(3);
  traffic.applied(late);
  for (const qid of [0, 1]) {
    const queue = new TestConnection(traffic, a.link);
    for (const { from, bytes } of queueTalk(qid)) queue.send(from, bytes);
  }
  a.admin.close('host', 'rst');
  traffic.journal.ended(traffic.tick());
  return {
    topology: traffic.topology(),
    captures: traffic.links.flatMap(({ name, captures }) =>
      (['host', 'node'] as const).map((side) => ({
        link: name,
        side,
        bytes: captures[side].take(new ArrayBuffer(64)).slice(),
      })),
    ),
    journal: traffic.journal.take().slice(),
    timeline: [
      { t: 1000, kind: 'stall', ns: 2_000_000 },
      { t: traffic.tick(), kind: 'end' },
    ],
    console: new TextEncoder().encode('1000 booted\n2000 nvme0: connected\n'),
  };
}

function recordingTarget(name: string, share: number, parts: Parts): Target {
  const captures = parts.captures.map(({ bytes }) => new Seeds([bytes]));
  const journal = new Seeds([parts.journal]);
  const consoles = new Seeds([parts.console]);
  return {
    name,
    share,
    async try(random) {
      const damaged = { ...parts };
      do {
        const part = random.below(captures.length + 3);
        if (part < captures.length) {
          damaged.captures = damaged.captures.map((capture, index) =>
            index === part ? { ...capture, bytes: captures[part]!.mutant(random) } : capture,
          );
        } else if (part === captures.length) {
          damaged.console = consoles.mutant(random);
        } else {
          const mutant = journal.mutant(random);
          damaged.journal = random.oneIn(4) ? mutant : resealed(mutant);
        }
      } while (random.oneIn(4));
      const whole = await historyOf(damaged, (bytes) => [bytes]);
      check(whole);
      compare(whole, await historyOf(damaged, (bytes) => cut(bytes, random)));
    },
  };
}

function historyOf(parts: Parts, split: (bytes: Uint8Array) => Uint8Array[]): Promise<History> {
  return buildHistory({
    topology: parts.topology,
    captures: parts.captures.map(({ link, side, bytes }) => ({
      link,
      side,
      file: `captures/${link}.${side}.pcapng`,
      chunks: streamed(split(bytes)),
    })),
    journal: streamed(split(parts.journal)),
    timeline: parts.timeline,
    consoles: [{ vm: 'A', text: utf8.decode(parts.console) }],
  });
}

function check({ commands, associations, applies, problems, remarks, consoles }: History): void {
  commands.forEach(({ id, association }, index) => {
    law(id === index, `command ${index} has number ${id}`);
    law(associations[association] !== undefined, `command ${id} has no association`);
  });
  for (const { candidates } of applies) {
    for (const id of candidates.flat()) law(commands[id] !== undefined, `no command ${id}`);
  }
  for (const list of [problems, remarks, consoles]) {
    list.forEach(({ t }, index) =>
      law(index === 0 || t >= list[index - 1]!.t, 'what is told goes back in time'),
    );
  }
}

function compare(one: History, other: History): void {
  for (const part of Object.keys(one) as (keyof History)[]) {
    if (part === 'uncertaintyAt' || isDeepStrictEqual(one[part], other[part])) continue;
    throw new BrokenLaw(`chunks make a difference in ${part}`);
  }
}
