/** A process of the service. */
export interface Part {
  name: string;
  /**
   * Starts it; resolves when it is ready.
   *
   * @param signal aborted when it is not wanted any more
   * @throws Error with its last words when it does not come up
   */
  start(signal: AbortSignal): Promise<RunningPart>;
}

/** How a part has ended. */
export interface PartEnd {
  how: string;
  /** It would end in the same way again, until somebody mends what this says. */
  forGood?: string;
}

export interface RunningPart {
  pid: number;
  /** Resolves when it has ended, asked to or not. */
  ended: Promise<PartEnd>;
  /**
   * Ends it in order; resolves when it is gone.
   *
   * @param hurry aborted when it shall not finish what it does
   */
  stop(hurry: AbortSignal): Promise<void>;
}
