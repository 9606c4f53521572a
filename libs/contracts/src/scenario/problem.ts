/** One thing that is wrong, or doubtful, in a scenario file: where, what, and what would be right. */
export interface ScenarioProblem {
  file: string;
  /** From 1. */
  line: number;
  /** From 1. */
  column: number;
  /** The field's path, e.g. `timeline[2].do.drop.link`; empty for the file as a whole. */
  path: string;
  message: string;
  /** What would be right, as a sentence. */
  mend: string;
}
