import type { Finding } from '@fenceline/contracts';
import type { Command, History } from '@fenceline/history';
import { untouched, type Block } from '../blocks.js';
import type { Facts } from '../facts.js';
import type { Fences } from '../fences.js';
import { listOf } from '../lists.js';
import type { BlockRead } from '../reads.js';
import {
  judgeRegister,
  type Illegal,
  type RegisterJudgement,
  type RegisterRules,
} from '../register.js';
import { notJudged, outcome, type Outcome, type Rule, type RuleInput } from '../rule.js';
import { atFrame, cid, count, inMs, lbas, toMs } from '../sentences.js';
import { originOf, pathOf, stepsOf, whyWrong, wrongValue, type Origin } from '../wrong-value.js';

/**
 * reads-consistent. Each block is a register: a read must return a value that some legal order of the logical
 * writes allows. A write takes effect between its first command and its closing; one without success may take
 * effect until it is closed, or never; a command is not atomic across blocks; after a deallocation a block
 * reads as before, as zeroes or as FFh until it is written; before all writes it is zeroes.
 *
 * Specification: NVMe Base 2.1 and NVM Command Set 1.1, atomicity and coherency of single logical blocks.
 * Blames the host when the value came from an apply over a newer write, after the closing of its own, for
 * which the host is to blame (no-stale-overwrite), else the target.
 *
 * It cannot see reads that were not answered with success, nor, for bytes that were written more than once or
 * by a write with retries, an order that several reads contradict only together.
 *
 * Near misses: a read under way together with the write; an unanswered write that takes effect within its
 * fence; a read of half of a command's blocks; old bytes after a deallocation; bytes that were written twice.
 */
export const readsConsistent: Rule = {
  name: 'reads-consistent',
  restsOn: ['wire', 'medium'],
  judge: judgeReadsConsistent,
};

/** So many findings are listed; the reason tells how many there are. */
const listed = 20;

type Unsure = NonNullable<RegisterJudgement<BlockRead>['unsure']>;

const whyUnsure: Record<Unsure, string> = {
  times: 'the times are closer than the uncertainty of the recording',
  'half-sent': 'the bytes of a write were not seen in full',
};

function judgeReadsConsistent({ facts, fences }: RuleInput): Outcome {
  const { history, blocks, unfollowed, reads, lasting } = facts;
  if (unfollowed !== null) return notJudged(unfollowed);
  if (reads.count === 0) return notJudged('no read was answered');

  // A node that was lost may have taken with it what only its cache held.
  const wasLost = history.events.some(({ kind }) => kind === 'vm-lost');
  const rules: RegisterRules = {
    history,
    blocks,
    fences,
    isLasting: (write, block) => !wasLost || lasting.has(write, block),
  };
  const wrong = new Map<string, WrongRead>();
  const unsure = new Map<Unsure, number[]>();
  for (const [lba, observations] of reads.unexplained) {
    const block = blocks.at(lba) ?? untouched(lba);
    const judged = judgeRegister(rules, block, observations);
    if (judged.unsure !== null) listOf(unsure, judged.unsure).push(lba);
    for (const illegal of judged.illegal) collect(wrong, facts, fences, block, illegal);
  }
  const found = [...wrong.values()].sort((a, b) => a.read.id - b.read.id);
  const findings = found.slice(0, listed).map((it) => findingOf(history, it));
  const affected = new Set(found.flatMap((it) => it.lbas)).size;
  return outcome(findings, doubtsOf(unsure), {
    held: `every one of ${count(reads.count, 'block')} read held what a legal order allows`,
    violated:
      `${count(found.length, 'read')} of ${count(affected, 'block')} with what no legal order allows` +
      (found.length > listed ? `; the first ${listed} are listed` : ''),
  });
}

/** A read with a wrong value; the first of its blocks gives the witness. */
interface WrongRead {
  read: Command;
  illegal: Illegal<BlockRead>;
  origin: Origin;
  lbas: number[];
}

function collect(
  wrong: Map<string, WrongRead>,
  facts: Facts,
  fences: Fences,
  block: Block,
  illegal: Illegal<BlockRead>,
): void {
  const read = illegal.observation.command;
  const { node } = facts.history.associations[read.association]!;
  const origin = originOf(facts, fences, block, illegal, node);
  const key = `${read.id}/${origin.blamed}`;
  const known = wrong.get(key);
  if (known === undefined) wrong.set(key, { read, illegal, origin, lbas: [block.lba] });
  else known.lbas.push(block.lba);
}

function findingOf(history: History, wrong: WrongRead): Finding {
  const { read, illegal, origin } = wrong;
  const { host, link, label } = history.associations[read.association]!;
  const otherPath = pathOf(history, illegal.newer);
  const others = wrong.lbas.length - 1;
  const more = others > 0 ? ` (and ${count(others, 'more block')})` : '';
  const value = wrongValue(history, illegal);
  return {
    rule: 'reads-consistent',
    blame: origin.blame,
    blamed: origin.blamed,
    harm: null,
    sentence:
      `${lbas(wrong.lbas[0]!)}${more}: the read that ${host} sent over path ${link} at ` +
      `${inMs(read.sentAt)} (${cid(read)}) returned ${value}${whyWrong(history, illegal, origin)}.`,
    witness: {
      lba: wrong.lbas[0]!,
      host,
      path: link,
      ...(otherPath === undefined ? {} : { otherPath }),
      steps: [
        ...stepsOf(history, illegal, origin),
        {
          ms: toMs(read.sentAt),
          what: `${host} sends a read on ${label}, ${cid(read)}`,
          at: atFrame(read.sentFrame),
        },
        {
          ms: toMs(read.answeredAt),
          what: `it returns ${value}`,
          ...(read.answerFrame === null ? {} : { at: atFrame(read.answerFrame) }),
        },
      ],
    },
  };
}

function doubtsOf(unsure: Map<Unsure, number[]>): string[] {
  return [...unsure].map(([why, blocks]) => {
    const more = blocks.length > 1 ? ` and ${count(blocks.length - 1, 'more block')}` : '';
    return `reads-consistent, ${lbas(blocks[0]!)}${more}: ${whyUnsure[why]}`;
  });
}
