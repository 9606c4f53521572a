/**
 * What `run --json` prints for a scenario that came to no verdict: the machine, the lab or the user ended it,
 * and that is never mixed with what was found about a kernel.
 */
export interface NoVerdict {
  schema: 'fenceline.no-verdict/v1';
  scenario: string;
  seed: number;
  /** `skipped`: the driver cannot run this scenario, and nothing is wrong. */
  outcome: 'error' | 'timeout' | 'cancelled' | 'skipped';
  message: string;
  /** Folder of what was recorded; null when nothing was. */
  evidence: string | null;
  /** Milliseconds by phase. */
  durationMs: Record<string, number>;
}
