import type { RuleName, RuleStatus } from '@fenceline/contracts';
import type { History } from '@fenceline/history';
import type { JudgeInput } from './input.js';
import { judge, type Judgement } from './judge.js';
import type { Rule } from './rule.js';

/** Judges with nothing asked for but what the test names. */
export function judged(
  history: History,
  input: Partial<JudgeInput> = {},
  rules?: readonly Rule[],
): Judgement {
  const asked: JudgeInput = {
    profile: 'cqt-zero-10s',
    exercise: {},
    allowIoErrors: false,
    steps: [],
    links: [],
    detectors: {},
    ...input,
  };
  return judge(history, asked, rules);
}

/** The same, by one rule alone: what others find is no concern of the test. */
export function judgedBy(rule: Rule, history: History, input: Partial<JudgeInput> = {}): Judgement {
  return judged(history, input, [rule]);
}

export function statusOf(judgement: Judgement, rule: RuleName): RuleStatus {
  return judgement.rules.find((it) => it.rule === rule)!;
}
