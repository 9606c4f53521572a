import type { Finding } from '@fenceline/contracts';
import type { History, PayloadId } from '@fenceline/history';
import type { Block } from '../blocks.js';
import type { Facts } from '../facts.js';
import type { Fences } from '../fences.js';
import { listOf } from '../lists.js';
import { deallocated } from '../logical-writes.js';
import {
  judgeRegister,
  type Illegal,
  type Observation,
  type RegisterJudgement,
  type RegisterRules,
} from '../register.js';
import { notJudged, outcome, type Outcome, type Rule, type RuleInput } from '../rule.js';
import { count, lbas, toMs } from '../sentences.js';
import {
  nodeOf,
  originOf,
  pathOf,
  stepsOf,
  whyWrong,
  wrongValue,
  type Origin,
} from '../wrong-value.js';

/**
 * final-image. At the end of a run each block must hold what a legal order of the logical writes allows, and
 * no acknowledged write may be missing. As a volatile write cache is taken for granted, a write counts as one
 * that may not be missing only when the medium was seen to hold it, it had FUA, or a Flush followed it.
 *
 * Specification: NVMe Base 2.1 and NVM Command Set 1.1: Write, Flush, FUA, volatile write cache. Blames the
 * host when the block's content came from an apply over a newer write, after the closing of its own, for which
 * the host is to blame (no-stale-overwrite), else the target.
 *
 * It cannot see what the medium held in between, nor a stale write that was overwritten again. Where the image
 * is not what the journal applied last, the instruments contradict themselves: no finding, but a doubt.
 *
 * Near misses: an unanswered write that took effect, or did not; an acknowledged write that was in a cache and
 * never flushed; overlapping writes; zeroes after a deallocation.
 */
export const finalImage: Rule = {
  name: 'final-image',
  restsOn: ['wire', 'medium'],
  judge: judgeFinalImage,
};

/** So many findings are listed; the reason tells how many there are. */
const listed = 20;

type Unsure = NonNullable<RegisterJudgement<Observation>['unsure']> | 'contradiction';

const whyUnsure: Record<Unsure, string> = {
  times: 'the times are closer than the uncertainty of the recording',
  'half-sent': 'the bytes of a write were not seen in full',
  contradiction: 'the medium does not hold what the journal applied last',
};

function judgeFinalImage({ facts, fences }: RuleInput): Outcome {
  const { history, blocks, unfollowed, lasting, mediumOrder } = facts;
  const image = history.finalImage;
  if (image === undefined) return notJudged('the recording has no image of the medium at its end');
  if (unfollowed !== null) return notJudged(unfollowed);
  if (blocks.lbas.length === 0) return notJudged('nothing was written');

  const rules: RegisterRules = {
    history,
    blocks,
    fences,
    isLasting: (write, block) => lasting.has(write, block),
  };
  const wrong = new Map<string, WrongContent>();
  const unsure = new Map<Unsure, number[]>();
  for (const [place, lba] of blocks.lbas.entries()) {
    if (mediumOrder.isClear(place)) {
      // A legal order ends with what was applied last.
      if (image.get(lba) !== blocks.plain.contentOf(place))
        listOf(unsure, 'contradiction').push(lba);
      continue;
    }
    const block = blocks.at(lba)!;
    const payload = contentOf(image, block);
    if (payload === null) {
      listOf(unsure, 'contradiction').push(block.lba);
      continue;
    }
    const observation = { payload, from: history.end, to: history.end };
    const judged = judgeRegister(rules, block, [observation]);
    if (judged.unsure !== null) listOf(unsure, judged.unsure).push(block.lba);
    for (const illegal of judged.illegal) collect(wrong, facts, fences, block, illegal);
  }
  const found = [...wrong.values()];
  const findings = found.slice(0, listed).map((it) => findingOf(history, it));
  const affected = found.reduce((sum, it) => sum + it.lbas.length, 0);
  const judged = outcome(findings, doubtsOf(unsure), {
    held: `each of ${count(blocks.lbas.length, 'block')} written held what a legal order allows`,
    violated:
      `${count(affected, 'block')} held at the end what no legal order allows` +
      (found.length > listed ? `; the first ${listed} findings are listed` : ''),
  });
  // What was found rests on a journal that the medium contradicts.
  return unsure.has('contradiction')
    ? { ...judged, status: 'inconclusive', reason: doubtOf(unsure, 'contradiction') }
    : judged;
}

/**
 * What the block held at the end; null where that is not what the journal applied last. A block for which no
 * request came is as it was before the run.
 */
function contentOf(image: ReadonlyMap<number, PayloadId>, block: Block): PayloadId | null {
  const content = image.get(block.lba);
  const last = block.applies.at(-1);
  if (last === undefined) return content === undefined || content === 0 ? 0 : null;
  if (content === undefined) return null;
  return last.payload === content || last.payload === deallocated ? content : null;
}

/** What one late apply left, or one node; the first of the blocks gives the witness. */
interface WrongContent {
  illegal: Illegal<Observation>;
  origin: Origin;
  lbas: number[];
}

function collect(
  wrong: Map<string, WrongContent>,
  facts: Facts,
  fences: Fences,
  block: Block,
  illegal: Illegal<Observation>,
): void {
  const { history } = facts;
  const written = block.applies.at(-1)?.apply.node;
  const answered = nodeOf(history, illegal.newer ?? block.writes.writes[0] ?? null);
  const node = (illegal.newer === null ? written : undefined) ?? answered ?? written ?? '';
  const origin = originOf(facts, fences, block, illegal, node);
  const key = origin.late === null ? origin.blamed : `${origin.late.apply.id}`;
  const known = wrong.get(key);
  if (known === undefined) wrong.set(key, { illegal, origin, lbas: [block.lba] });
  else known.lbas.push(block.lba);
}

function findingOf(history: History, { illegal, origin, lbas: blocks }: WrongContent): Finding {
  const { late } = origin;
  const older = late === null ? undefined : history.associations[late.command.association]!;
  const otherPath = pathOf(history, illegal.newer);
  const others = blocks.length - 1;
  const more = others > 0 ? ` (and ${count(others, 'more block')})` : '';
  const value = wrongValue(history, illegal);
  return {
    rule: 'final-image',
    blame: origin.blame,
    blamed: origin.blamed,
    harm: null,
    sentence:
      `${lbas(blocks[0]!)}${more}: at the end the medium held ${value}` +
      `${whyWrong(history, illegal, origin)}.`,
    witness: {
      lba: blocks[0]!,
      ...(older === undefined ? {} : { host: older.host, path: older.link }),
      ...(otherPath === undefined ? {} : { otherPath }),
      steps: [
        ...stepsOf(history, illegal, origin),
        { ms: toMs(history.end), what: `the medium holds ${value}` },
      ],
    },
  };
}

function doubtsOf(unsure: Map<Unsure, number[]>): string[] {
  return [...unsure.keys()].map((why) => doubtOf(unsure, why));
}

function doubtOf(unsure: Map<Unsure, number[]>, why: Unsure): string {
  const blocks = unsure.get(why)!;
  const more = blocks.length > 1 ? ` and ${count(blocks.length - 1, 'more block')}` : '';
  return `final-image, ${lbas(blocks[0]!)}${more}: ${whyUnsure[why]}`;
}
