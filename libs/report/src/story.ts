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
 * Finds in the history what each finding speaks of. A witness gives moments to the microsecond, places and
 * a block, so a command is known by its frame or by a moment of it, an apply by a moment of it.
 */
export function citedBy(findings: readonly Finding[], history: History): Cited[] {
  const byBlock = new Map<number, Cited>();
  for (const { witness } of findings) {
    if (witness.lba !== undefined) byBlock.set(witness.lba, { commands: [], applies: [] });
  }
  if (byBlock.size === 0) return findings.map(() => ({ commands: [], applies: [] }));
  for (const command of history.commands) {
    if (command.op === 'other') continue;
    for (let i = 0; i < command.blocks; i++) {
      byBlock.get(command.slba + i)?.commands.push(command);
    }
  }
  for (const apply of history.applies) {
    for (let i = 0; i < apply.blocks; i++) byBlock.get(apply.slba + i)?.applies.push(apply);
  }
  return findings.map(({ witness }) => {
    const near = byBlock.get(witness.lba ?? -1);
    if (!near) return { commands: [], applies: [] };
    const moments = new Set(witness.steps.map((step) => Math.round(step.ms * 1000)));
    const places = new Set(witness.steps.map((step) => step.at ?? ''));
    const at = (ns: number): boolean =>
      Number.isFinite(ns) && [-1, 0, 1].some((by) => moments.has(Math.round(ns / 1000) + by));
    return {
      commands: near.commands.filter(
        ({ sentFrame, ...command }) =>
          places.has(`${sentFrame.file}#${sentFrame.frame}`) ||
          at(command.sentAt) ||
          at(command.answeredAt),
      ),
      applies: near.applies.filter((apply) => at(apply.appliedAt) || at(apply.receivedAt)),
    };
  });
}

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
