import type { RuleName, RuleStatus } from '@fenceline/contracts';
import type { History } from '@fenceline/history';
import type { JudgeInput } from './input.js';
import { judge, type Judgement } from './judge.js';

/** Judges with nothing asked for but what the test names. */
export function judged(history: History, input: Partial<JudgeInput> = {}): Judgement {
  return judge(history, {
    profile: 'cqt-zero-10s',
    exercise: {},
    allowIoErrors: false,
    steps: [],
    links: [],
    detectors: {},
    ...input,
  });
}

export function statusOf(judgement: Judgement, rule: RuleName): RuleStatus {
  return judgement.rules.find((it) => it.rule === rule)!;
}
