/** How asking the sources of a subsystem for the reset of a lost controller ended. */
export type AttemptEnd =
  /** The lost controller has been reset: none of its commands can take effect any more. */
  | { kind: 'succeeded' }
  /** This source could not take the command; another may. */
  | { kind: 'not-taken'; why: string }
  /** A source took the command, and the operation failed or its time passed: no other source is asked. */
  | { kind: 'operation-failed'; why: string }
  /** The time-based hold has ended meanwhile. */
  | { kind: 'deadline' }
  /** There is no source that could be asked. */
  | { kind: 'no-source' };
