import { NS_PER_MS } from '@fenceline/contracts';
import {
  AdminOpcode,
  ccrImpairedCntlid,
  CcrStatus,
  ccrUniquifier,
  IoOpcode,
  Status,
} from '@fenceline/nvme';
import * as fc from 'fast-check';
import type { HostDecisions } from './decisions.js';
import type { TappedCommand } from './host-tap.testing.js';
import { liveHost, type HostSetup } from './host-setup.testing.js';
import type { PathScript, Reaction, ScriptedArray, SeenCommand } from './scripted-array.testing.js';

/** What a source does with a reset that it is asked for. */
const ccrReactions = [
  'immediate',
  'succeeds',
  'fails',
  'hangs',
  'no event',
  'refused',
  'no answer',
  'entry of another',
] as const;
type CcrReaction = (typeof ccrReactions)[number];

/** Something that happens to a path. */
interface Incident {
  atMs: number;
  path: number;
  what: 'down' | 'up' | 'close' | 'hold' | 'release' | 'refuse writes';
}

/** A story of an array whose paths fail, recover and reset each other, whatever the order. */
export interface FenceStory {
  policy: 'ccr' | 'time-based';
  paths: { tbkas: boolean; cqtMs: number; ccrl: number }[];
  reactions: CcrReaction[];
  ccrTakesMs: number;
  incidents: Incident[];
}

const INCIDENTS_MS = 40_000;
/** Long enough for what is held at the end: a hold, and the time-outs before it. */
const AFTERMATH_MS = 80_000;
const WRITE_EVERY_MS = 400;
const KATO_MS = 5_000;
const CQT_ZERO_MS = 10_000;

export const fenceStory: fc.Arbitrary<FenceStory> = fc.record({
  policy: fc.constantFrom('ccr', 'ccr', 'time-based'),
  paths: fc.array(
    fc.record({
      tbkas: fc.boolean(),
      cqtMs: fc.constantFrom(0, 700, 4_000),
      ccrl: fc.constantFrom(0, 1, 4),
    }),
    { minLength: 2, maxLength: 4 },
  ),
  reactions: fc.array(fc.constantFrom(...ccrReactions), { minLength: 1, maxLength: 6 }),
  ccrTakesMs: fc.integer({ min: 0, max: 8_000 }),
  incidents: fc.array(
    fc.record({
      atMs: fc.integer({ min: 0, max: INCIDENTS_MS }),
      path: fc.nat(3),
      what: fc.constantFrom('down', 'up', 'close', 'hold', 'release', 'refuse writes'),
    }),
    { maxLength: 12 },
  ),
});

export interface StoryEnd extends HostSetup {
  /** How often each request came back, and how many with an error. */
  answers: number[];
  errors: number;
}

/** Plays a story before a host, then mends everything and waits until nothing can be held any more. */
export function play(story: FenceStory, decisions?: HostDecisions): StoryEnd {
  const setup = liveHost(story.paths, {
    fence: { policy: story.policy, cqtZeroMs: CQT_ZERO_MS },
    keepAliveMs: KATO_MS,
    ioPolicy: 'round-robin',
    ...(decisions && { decisions }),
  });
  const { array, host, scripts } = setup;
  let asked = 0;
  const nextReaction = () => story.reactions[asked++ % story.reactions.length]!;
  const held = scripts.map(() => false);
  const refused = scripts.map(() => false);
  scripts.forEach((script, index) => {
    script.react = (command) => {
      const isCcr = command.qid === 0 && command.opcode === AdminOpcode.crossControllerReset;
      if (isCcr) return reset(array, command, nextReaction(), story.ccrTakesMs);
      if (command.qid === 0 || command.opcode !== IoOpcode.write) return undefined;
      if (refused[index]) return { status: Status.internalPathError };
      return held[index] ? 'hold' : undefined;
    };
  });
  const start = array.time.now();
  for (const { atMs, path, what } of story.incidents) {
    const index = path % scripts.length;
    array.time.at(start + atMs * NS_PER_MS, () => {
      held[index] = what === 'hold' || (held[index]! && what !== 'release');
      refused[index] = what === 'refuse writes' || (refused[index]! && what !== 'release');
      happen(array, scripts[index]!, setup.names[index]!, what);
    });
  }
  const answers: number[] = [];
  const end: StoryEnd = { ...setup, answers, errors: 0 };
  for (let ms = 0, slba = 0; ms < INCIDENTS_MS; ms += WRITE_EVERY_MS, slba++) {
    array.time.at(start + ms * NS_PER_MS, () => {
      const request = {
        op: 'write',
        offset: slba * 512,
        data: new Uint8Array(512).fill(1 + (slba % 250)),
        fua: false,
      } as const;
      answers[slba] = 0;
      host.submit(request, ({ ok }) => {
        answers[slba]!++;
        if (!ok) end.errors++;
      });
    });
  }
  array.runFor(INCIDENTS_MS);
  scripts.forEach((script, index) => {
    script.isUp = true;
    held[index] = false;
    refused[index] = false;
  });
  array.runFor(AFTERMATH_MS);
  return end;
}

function happen(
  array: ScriptedArray,
  script: PathScript,
  path: string,
  what: Incident['what'],
): void {
  if (what === 'down' || what === 'up') script.isUp = what === 'up';
  if (what === 'close') array.controllerOf(path).close();
}

function reset(
  array: ScriptedArray,
  command: SeenCommand,
  reaction: CcrReaction,
  takesMs: number,
): Reaction {
  const source = array.controllers[command.instance]!;
  const icid = ccrImpairedCntlid(command.entry, 0);
  const ciu = ccrUniquifier(command.entry, 0);
  const after = (then: () => void) => {
    array.time.at(array.time.now() + takesMs * NS_PER_MS, then);
  };
  switch (reaction) {
    case 'immediate':
      return { dword0: 1 };
    case 'refused':
      return { status: Status.ccrLimitExceeded };
    case 'no answer':
      return 'hold';
    case 'hangs':
      break;
    case 'no event':
      after(() => source.ccrLog.push({ icid, ciu, status: CcrStatus.success }));
      break;
    case 'succeeds':
      after(() => source.ccrEnded(icid, ciu, CcrStatus.success));
      break;
    case 'entry of another':
      after(() => source.ccrEnded(icid + 100, ciu, CcrStatus.success));
      break;
    case 'fails':
      after(() => source.ccrEnded(icid, ciu, CcrStatus.failed));
  }
  return {};
}

/** Retries that were sent before the host fence end of their original, in words. */
export function earlyRetries({ array }: StoryEnd): string[] {
  return array.tap.retries().flatMap(({ original, retry }) => {
    const fenceEnd = Math.min(original.association.resetToldAt, holdEnd(original));
    return retry.sentAt >= fenceEnd
      ? []
      : [`block ${retry.slba} ${(fenceEnd - retry.sentAt) / NS_PER_MS} ms early`];
  });
}

/** H + (TBKAS ? 3 : 2) × KATO + CQT, in ns. */
function holdEnd({ association }: TappedCommand): number {
  const { tbkas, cqtMs } = association.identify!;
  const holdMs = (tbkas ? 3 : 2) * KATO_MS + (cqtMs === 0 ? CQT_ZERO_MS : cqtMs);
  return association.lastSentAt + holdMs * NS_PER_MS;
}

/** CCRs that name another instance than the host was told of last. */
export function wrongTriples({ array }: StoryEnd): number {
  const { commands, associations } = array.tap;
  return commands.filter(({ qid, opcode, entry, sentAt }) => {
    if (qid !== 0 || opcode !== AdminOpcode.crossControllerReset) return false;
    const cntlid = ccrImpairedCntlid(entry, 0);
    const named = associations.findLast((it) => it.cntlid === cntlid && it.identifiedAt <= sentAt);
    return (
      named?.identify?.ciu !== ccrUniquifier(entry, 0) ||
      named.identify.cirn !== entry.getBigUint64(48, true)
    );
  }).length;
}
