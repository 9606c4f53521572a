import type { ExerciseName, ProfileName } from '@fenceline/contracts';

/** What the verdict depends on beside the history. */
export interface JudgeInput {
  /** The profile that decides. */
  profile: ProfileName;
  /** Minimum of each counter that a pass needs. */
  exercise: Partial<Record<ExerciseName, number>>;
  /** Errors that the application sees are no violation. */
  allowIoErrors: boolean;
  /** Steps of the timeline, in its order: each must have fired for a pass unless it is optional. */
  steps: readonly { describe: string; optional: boolean }[];
  /** Names of the links, so that one without any write is known to have none. */
  links: readonly string[];
  /** VM → the detectors that its kernel has, e.g. `lockdep`. */
  detectors: Readonly<Record<string, readonly string[]>>;
}
