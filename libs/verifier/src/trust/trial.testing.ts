import type { RuleName } from '@fenceline/contracts';
import type { Judgement } from '../judge.js';
import { judged, statusOf } from '../judge.testing.js';
import type { Mutator, NearMiss } from './mutation.testing.js';
import type { StoryOptions } from './story-options.testing.js';
import type { Story } from './story.testing.js';
import { tellStory } from './tell-story.testing.js';

/** What is wrong with a judgement. */
export interface Fault {
  kind: 'missed' | 'wrong blame' | 'false alarm' | 'undecided';
  why: string;
}

/** What became of one trial: null when the oracle said what it must. */
export type Trial = Fault | null;

/** Nothing hides a mutation: each write is known by its bytes, stamps are exact, one failover follows the other. */
const clear: Partial<StoryOptions> = { repeats: false, uncertainMs: 0, wild: false };

/** A correct history must pass, or, where bytes repeat or stamps are not exact, not be a violation. */
export function tryCorrect(seed: number): Trial {
  const story = tellStory(seed);
  const judgement = judgeStory(story);
  const alarm = alarmIn(judgement, []);
  if (alarm !== null) return alarm;
  if (!story.isCertain || judgement.verdict === 'pass') return null;
  const why = judgement.inconclusive[0]?.reason ?? judgement.verdict;
  return { kind: 'undecided', why };
}

/** A mutation must be found by its rule, with the right blame, and nobody else may be blamed for anything. */
export function tryMutator(rule: RuleName, mutator: Mutator, seed: number): Trial {
  const { also = [], blame } = mutator;
  const story = tellStory(seed, { ...clear, ...mutator.wanted });
  const blamed = mutator.apply(story);
  const judgement = judgeStory(story);
  const { status, reason } = statusOf(judgement, rule);
  const found = judgement.findings.filter((it) => it.rule === rule);
  if (found.length === 0 || status !== 'violated' || judgement.verdict !== 'violation') {
    return { kind: 'missed', why: `${status}: ${reason}` };
  }
  const wrong =
    found.find((it) => it.blamed !== blamed) ?? judgement.findings.find((it) => it.blame !== blame);
  if (wrong !== undefined) {
    const why = `${wrong.rule} blames the ${wrong.blame} ${wrong.blamed}, not the ${blame} ${blamed}: ${wrong.sentence}`;
    return { kind: 'wrong blame', why };
  }
  return alarmIn(judgement, [rule, ...also]);
}

/** A near miss must not be found, by any rule but those that it breaks outright. */
export function tryNearMiss(rule: RuleName, miss: NearMiss, seed: number): Trial {
  const story = tellStory(seed, { ...clear, ...miss.wanted });
  miss.apply(story);
  const judgement = judgeStory(story);
  const alarm = alarmIn(
    judgement,
    (miss.also ?? []).filter((it) => it !== rule),
  );
  if (alarm !== null) return alarm;
  const { status, reason } = statusOf(judgement, rule);
  const isWrong =
    miss.says === undefined ? story.isCertain && status === 'inconclusive' : status !== miss.says;
  return isWrong ? { kind: 'undecided', why: `${status}: ${reason}` } : null;
}

function judgeStory(story: Story): Judgement {
  return judged(story.build(), story.input);
}

/** A violation that the deed does not explain. */
function alarmIn({ findings, rules }: Judgement, explained: readonly RuleName[]): Trial {
  const finding = findings.find((it) => !explained.includes(it.rule));
  if (finding !== undefined) {
    return { kind: 'false alarm', why: `${finding.rule}: ${finding.sentence}` };
  }
  const status = rules.find((it) => it.status === 'violated' && !explained.includes(it.rule));
  return status === undefined
    ? null
    : { kind: 'false alarm', why: `${status.rule} without a finding: ${status.reason}` };
}
