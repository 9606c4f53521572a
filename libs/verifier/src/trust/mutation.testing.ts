import type { Finding, RuleName } from '@fenceline/contracts';
import type { StoryOptions } from './story-options.testing.js';
import type { Story } from './story.testing.js';

interface Change {
  /** What is done, in words that follow "a history in which …". */
  name: string;
  /** What the story must have so that the change can be made. */
  wanted?: Partial<StoryOptions>;
  /** Other rules that the same deed breaks, or may break, by the same culprit. */
  also?: readonly RuleName[];
}

/** Breaks one thing in a correct history. */
export interface Mutator extends Change {
  blame: Finding['blame'];
  /** @returns the VM that is to be blamed */
  apply(story: Story): string;
}

/** Changes a correct history so that it only nearly breaks the rule. */
export interface NearMiss extends Change {
  /** What the rule must say. Default: that it holds, or that it has nothing to judge. */
  says?: 'inconclusive';
  apply(story: Story): void;
}

export interface RuleMutations {
  rule: RuleName;
  mutators: readonly Mutator[];
  nearMisses: readonly NearMiss[];
}

/** What an older write over a newer one may break as well, as soon as somebody looks. */
export const staleToo: readonly RuleName[] = [
  'no-stale-overwrite',
  'reads-consistent',
  'final-image',
];
