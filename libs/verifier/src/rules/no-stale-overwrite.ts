import type { Finding } from '@fenceline/contracts';
import type { Apply } from '@fenceline/history';
import type { Block } from '../blocks.js';
import type { Facts } from '../facts.js';
import type { Fences } from '../fences.js';
import { outcome, type Outcome, type Rule, type RuleInput } from '../rule.js';
import { count, lbas } from '../sentences.js';
import { judgeBlock, type BlockJudgement } from '../stale-block.js';
import { readsAfter, type StaleRead } from '../stale-reads.js';
import { staleFinding, type StaleOverwrite } from '../stale-witness.js';

/**
 * no-stale-overwrite. On each block: a command of logical write W must not be applied over V when W was closed
 * before V's first command was sent and V succeeded by the end. A write is closed when a success of one of its
 * commands was delivered to its host, or at its host fence end. Overlapping writes may land in any order.
 *
 * Specification: NVMe Base 2.1 (TP4129) and 2.3 (TP8028): after the fence no command of the lost association
 * has an effect on the medium. Blames the host when the apply came before the target's fence end and bound,
 * else the target.
 *
 * Judged over all consistent assignments of applies to commands. It cannot see an older write that leaves the
 * block's bytes as they were, nor a block whose data was never seen on the wire.
 *
 * Near misses: the original lands after its own retry and before anything newer; the newer write was never
 * answered, or failed; both were under way at the same time; the newer write carries the same bytes.
 */
export const noStaleOverwrite: Rule = {
  name: 'no-stale-overwrite',
  restsOn: ['wire', 'medium'],
  judge: judgeNoStaleOverwrite,
};

/** So many findings are listed; the reason tells how many there are. */
const listed = 20;

type Unsure = Extract<BlockJudgement, { kind: 'unsure' }>['why'];

const whyUnsure: Record<Unsure, string> = {
  times: 'the times are closer than the uncertainty of the recording',
  repeated: 'the workload repeats its bytes, so that a retry cannot be told from a new write',
  assignments:
    'equal bytes leave a choice of which command an apply belongs to, and only some choices put an older write over a newer one',
  'too-many': 'equal bytes leave too many choices of which command an apply belongs to',
};

function judgeNoStaleOverwrite({ facts, fences }: RuleInput): Outcome {
  const overwrites = new Map<string, StaleOverwrite>();
  const unsure = new Map<Unsure, number[]>();
  let blocks = 0;
  for (const block of facts.mediumOrder.outOfOrder) {
    const judged = judgeBlock(facts.history, facts.blocks, fences, block);
    if (judged.kind === 'held') continue;
    if (judged.kind === 'unsure') {
      const lbasOfReason = unsure.get(judged.why);
      if (lbasOfReason === undefined) unsure.set(judged.why, [block.lba]);
      else lbasOfReason.push(block.lba);
      continue;
    }
    blocks++;
    for (const stale of judged.stale) {
      collect(overwrites, block, facts, stale.old, stale.newer);
    }
  }
  const found = [...overwrites.values()].sort((a, b) => a.apply.id - b.apply.id);
  const shown = found.slice(0, listed);
  return outcome(findingsOf(facts, fences, shown), doubtsOf(unsure), {
    held: 'no older write was applied over a newer one that was done',
    violated:
      `${count(found.length, 'apply', 'applies')} of an older write over a newer one that was done, on ` +
      count(blocks, 'block') +
      (found.length > listed ? `; the first ${listed} are listed` : ''),
  });
}

/** One finding for each apply: its blocks come together, and the first one gives the witness. */
function collect(
  overwrites: Map<string, StaleOverwrite>,
  block: Block,
  { history }: Facts,
  old: number,
  newer: number,
): void {
  const oldApply = block.applies[old]!;
  const newerApply = block.applies[newer]!;
  const command = history.commands[oldApply.command!]!;
  const key = `${oldApply.apply.id}/${command.id}`;
  const known = overwrites.get(key);
  if (known !== undefined) {
    known.lbas.push(block.lba);
    return;
  }
  overwrites.set(key, {
    apply: oldApply.apply,
    command,
    payload: oldApply.payload,
    write: block.writes.of(command.id)!,
    newerApply: newerApply.apply,
    newerPayload: newerApply.payload,
    newerWrite: block.writes.of(newerApply.command!)!,
    lbas: [block.lba],
  });
}

function findingsOf(facts: Facts, fences: Fences, overwrites: StaleOverwrite[]): Finding[] {
  const reads: Map<Apply, StaleRead> = readsAfter(facts, overwrites);
  return overwrites.map((overwrite) =>
    staleFinding(facts, fences, overwrite, reads.get(overwrite.apply)),
  );
}

function doubtsOf(unsure: Map<Unsure, number[]>): string[] {
  return [...unsure].map(([why, blocks]) => {
    const more = blocks.length > 1 ? ` and ${count(blocks.length - 1, 'more block')}` : '';
    return `no-stale-overwrite, ${lbas(blocks[0]!)}${more}: ${whyUnsure[why]}`;
  });
}
