import type { Finding, Verdict } from '@fenceline/contracts';
import type { Apply, Command, History } from '@fenceline/history';

/** A stale write with the three things that a picture of it needs. */
export interface StaleWrite {
  /** Position of its finding in the verdict. */
  finding: number;
  lba: number;
  /** The command that the host had sent first; null when none is known for sure. */
  original: Command | null;
  /** Where it landed late. */
  apply: Apply;
  /** The newer write that it destroyed, and that one's apply. */
  newerApply: Apply | null;
  newer: Command | null;
}

/** The commands and applies that a finding's witness names, known by their moments and their block. */
export interface Cited {
  commands: Command[];
  applies: Apply[];
}

/**
 * Finds in the history what each finding speaks of. A witness gives a block and moments to the microsecond,
 * so a command is known by the moment at which it was sent or answered, an apply by the moment at which it
 * was received or applied. One pass over the history, whatever the number of findings.
 */
export function citedBy(findings: readonly Finding[], history: History): Cited[] {
  const cited = findings.map((): Cited => ({ commands: [], applies: [] }));
  const speaking = new Map<number, Set<number>>();
  findings.forEach(({ witness }, i) => {
    for (const { ms } of witness.steps) {
      const us = Math.round(ms * 1000);
      // A witness rounds once more than the history does.
      for (const near of [us - 1, us, us + 1]) {
        const list = speaking.get(near);
        if (list) list.add(i);
        else speaking.set(near, new Set([i]));
      }
    }
  });
  /** Positions of the findings that speak of one of two moments of a block in the range. */
  const findingsAt = (a: number, b: number, slba: number, blocks: number): Iterable<number> => {
    const first = speaking.get(Math.round(a / 1000));
    const second = speaking.get(Math.round(b / 1000));
    if (!first && !second) return none;
    return [...new Set([...(first ?? none), ...(second ?? none)])].filter((i) => {
      const lba = findings[i]?.witness.lba ?? -1;
      return lba >= slba && lba < slba + blocks;
    });
  };
  for (const command of history.commands) {
    if (command.op === 'other') continue;
    const { slba, blocks, sentAt, answeredAt } = command;
    for (const i of findingsAt(sentAt, answeredAt, slba, blocks)) cited[i]?.commands.push(command);
  }
  for (const apply of history.applies) {
    const { slba, blocks, receivedAt, appliedAt } = apply;
    for (const i of findingsAt(receivedAt, appliedAt, slba, blocks)) cited[i]?.applies.push(apply);
  }
  return cited;
}

const none: readonly number[] = [];

/** The stale writes of a verdict, one a finding of `no-stale-overwrite` that the history can show. */
export function staleWrites(
  verdict: Verdict,
  history: History,
  cited: readonly Cited[],
): StaleWrite[] {
  const stale: StaleWrite[] = [];
  verdict.findings.forEach((finding, i) => {
    const lba = finding.witness.lba;
    const applies = cited[i]?.applies.filter((apply) => Number.isFinite(apply.appliedAt)) ?? [];
    if (finding.rule !== 'no-stale-overwrite' || lba === undefined) return;
    // The last of the moments is the landing itself; the one before it on the medium was overwritten.
    const [apply, newerApply = null] = [...applies].sort((a, b) => b.appliedAt - a.appliedAt);
    if (!apply) return;
    stale.push({
      finding: i,
      lba,
      apply,
      newerApply,
      original: commandOf(apply, lba, cited[i]?.commands ?? [], history),
      newer: newerApply && commandOf(newerApply, lba, cited[i]?.commands ?? [], history),
    });
  });
  return stale;
}

/** The command behind an apply: the only candidate, or of several the one that the witness names. */
function commandOf(
  apply: Apply,
  lba: number,
  cited: readonly Command[],
  history: History,
): Command | null {
  const candidates = apply.candidates[lba - apply.slba] ?? [];
  const named = cited.find((command) => candidates.includes(command.id));
  const [only] = candidates;
  return named ?? (only === undefined ? null : (history.commands[only] ?? null));
}
