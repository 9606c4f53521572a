/**
 * What a long command tells while it works, in order. Everything goes to stderr: stdout carries results.
 *
 * A stage lasts until the next one begins or until `end`.
 */
export interface Progress {
  /** A heading above the stages that follow. */
  title(text: string): void;
  stage(name: string, detail?: string): void;
  /** What goes on within the stage right now; replaced by the next. */
  status(text: string): void;
  /** A fact that stays on the screen. */
  note(text: string): void;
  /** Closes the stage that lasts; `failed` marks it so. Nothing happens when there is none. */
  end(result: 'done' | 'failed'): void;
}
