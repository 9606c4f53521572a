import { NS_PER_S, type Plan, type Verdict } from '@fenceline/contracts';
import type { History } from '@fenceline/history';
import { fenceEndWord } from '../words.js';
import type { LaneOf } from './items.js';
import type { Fence, Picture } from './picture.js';
import { us, usOfMs } from './us.js';

/** What every picture of a history shows, however it shows commands and applies. */
export function pictureFacts(
  verdict: Verdict,
  history: History,
  plan: Plan,
  laneOf: LaneOf,
  lanesOfPath: (host: string, link: string) => number[],
): Pick<Picture, 'end' | 'focus' | 'faults' | 'fences' | 'profiles' | 'moments' | 'names'> {
  return {
    end: us(history.end),
    focus: focusOf(history),
    faults: history.faults.map((fault) => ({
      label: fault.describe,
      lanes: [
        ...plan.links
          .filter(({ name }) => name === fault.link)
          .flatMap(({ host, name }) => lanesOfPath(host, name)),
        ...fault.nodes.map(laneOf.node).filter((lane) => lane >= 0),
      ],
      start: us(fault.start),
      end: us(Math.min(fault.end, history.end)),
    })),
    fences: fencesOf(verdict, lanesOfPath),
    profiles: [
      verdict.profile,
      ...verdict.profiles.map(({ name }) => name).filter((name) => name !== verdict.profile),
    ],
    moments: momentsOf(history),
    names: commandNames(history),
  };
}

function commandNames(history: History): Record<string, string> {
  const names: Record<string, string> = {};
  for (const { qid, opcode, name } of history.commands) {
    names[`${qid === 0 ? 'a' : 'i'}${opcode}`] ??= name;
  }
  return names;
}

/** From just before the workload to the end: the boot is of no interest at first. */
function focusOf(history: History): { start: number; end: number } {
  const first = history.commands.find((command) => command.qid > 0)?.sentAt ?? 0;
  const last = history.commands.reduce((t, command) => Math.max(t, command.sentAt), first);
  const pad = Math.max(NS_PER_S / 10, (last - first) * 0.03);
  const end = Math.min(Math.max(history.end, last), last + pad);
  return { start: us(first - pad), end: us(Math.max(end, first + NS_PER_S)) };
}

function fencesOf(
  verdict: Verdict,
  lanesOfPath: (host: string, link: string) => number[],
): Fence[] {
  return verdict.profiles.flatMap((profile) =>
    profile.margins.map((margin) => ({
      lanes: lanesOfPath(margin.host, margin.path),
      profile: profile.name,
      by: fenceEndWord[margin.fenceEndBy],
      start: usOfMs(margin.giveUpMs),
      end: usOfMs(Math.max(margin.giveUpMs, margin.fenceEndMs)),
    })),
  );
}

function momentsOf(history: History): Picture['moments'] {
  return history.events.flatMap((event) => {
    if (event.kind === 'step' && event.fired) return { t: us(event.t), label: event.describe };
    if (event.kind === 'vm-lost') return { t: us(event.t), label: `${event.vm} was lost` };
    return [];
  });
}
