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
  /** Host → how it was told to reconnect; without it nothing is said of a path that was not restored. */
  hosts?: Readonly<Record<string, HostSettings>>;
  /** Bounds of the rules that ask for I/O to come back soon. */
  bounds?: Partial<Bounds>;
  /** Every workload leaves its buffers alone while they are written, as direct I/O does. Default: not known. */
  stableBuffers?: boolean;
  /** VM → the detectors that its kernel has, e.g. `lockdep`. */
  detectors: Readonly<Record<string, readonly string[]>>;
}

/** What a scenario sets for a host, of which the rules about time depend. */
export interface HostSettings {
  reconnectDelayMs: number;
  /** Null means for ever. */
  ctrlLossTimeoutMs: number | null;
}

/** In ms, beyond what the host's own settings explain. Only time with a usable path counts. */
export interface Bounds {
  /**
   * From an answer with a path error to the command's next sending.
   * @defaultValue 5000
   */
  failoverMs: number;
  /**
   * From the host fence end to the next sending of the commands that it held.
   * @defaultValue 5000
   */
  recoveryMs: number;
  /**
   * From a path's health, and the reconnect delay, to a new association there.
   * @defaultValue 10000
   */
  reconnectMs: number;
  /**
   * From a loss of communication to the first Cross-Controller Reset.
   * @defaultValue 5000
   */
  ccrMs: number;
}

export const defaultBounds: Bounds = {
  failoverMs: 5000,
  recoveryMs: 5000,
  reconnectMs: 10_000,
  ccrMs: 5000,
};

/** The bounds of an input, with the defaults where it sets none. */
export function boundsOf({ bounds }: JudgeInput): Bounds {
  return { ...defaultBounds, ...bounds };
}
