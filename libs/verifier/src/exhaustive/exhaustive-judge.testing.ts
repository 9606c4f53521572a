import type { History } from '@fenceline/history';
import type { Profile } from '../profiles.js';
import { blocksOf } from './blocks.testing.js';
import { undecided, type Decision } from './decision.testing.js';
import { alteredFrom, appliedTo, candidatesFor } from './every-assignment.testing.js';
import { finalImage } from './final-image.testing.js';
import { noEarlyRetry } from './no-early-retry.testing.js';
import { noStaleOverwrite } from './no-stale-overwrite.testing.js';
import { noWriteAfterFence } from './no-write-after-fence.testing.js';
import { mediumEqualsWire, payloadStable } from './payload-rules.testing.js';
import { readsConsistent } from './reads-consistent.testing.js';

export const exhaustiveRules = [
  'no-early-retry',
  'no-write-after-fence',
  'no-stale-overwrite',
  'reads-consistent',
  'final-image',
  'payload-stable',
  'medium-equals-wire',
] as const;

export type ExhaustiveRule = (typeof exhaustiveRules)[number];

const checks: Record<ExhaustiveRule, (history: History, profile: Profile) => Decision> = {
  'no-early-retry': noEarlyRetry,
  'no-write-after-fence': noWriteAfterFence,
  'no-stale-overwrite': noStaleOverwrite,
  'reads-consistent': (history, profile) =>
    readsConsistent(history, profile, 'as far as the rule looks'),
  'final-image': finalImage,
  'payload-stable': payloadStable,
  'medium-equals-wire': mediumEqualsWire,
};

/** What a rule says of a small history under a profile, by trying everything. */
export function judgeExhaustively(
  history: History,
  profile: Profile,
  rule: ExhaustiveRule,
): Decision {
  if (contradictsItself(history)) return undecided;
  return checks[rule](history, profile);
}

/** A request was applied that no command explains: the instruments contradict each other. */
function contradictsItself(history: History): boolean {
  return blocksOf(history).some((block) =>
    appliedTo(history, block).some(
      (apply) =>
        candidatesFor(history, apply, block).length === 0 &&
        alteredFrom(history, apply, block).length === 0,
    ),
  );
}

/** What reads-consistent would say if it looked at all reads of a block together. */
export function readsTogether(history: History, profile: Profile): Decision {
  return contradictsItself(history)
    ? undecided
    : readsConsistent(history, profile, 'all reads together');
}
