/** One thing that is wrong, or doubtful, in a scenario file: where, what, and what would be right. */
export interface ScenarioProblem {
  file: string;
  /** From 1. */
  line: number;
  /** From 1, in characters. */
  column: number;
  /** The field's path, e.g. `timeline[2].do.drop.link`; empty for the file as a whole. */
  path: string;
  /** Begins in lower case and has no full stop: it follows the path. */
  message: string;
  /** What would be right, as a sentence. */
  mend: string;
}

export type FieldPath = readonly (string | number)[];

/** A problem whose place in the text is not looked up yet. */
export interface Complaint {
  path: FieldPath;
  message: string;
  mend: string;
  /** Point at the field's name rather than at its value. */
  atName?: boolean;
}

/** `['timeline', 2, 'do']` → `timeline[2].do`. */
export function formatPath(path: FieldPath): string {
  let text = '';
  for (const part of path) {
    if (typeof part === 'number') text += `[${part}]`;
    else text += text === '' ? part : `.${part}`;
  }
  return text;
}

/** One line a problem: `file:line:column  field.path: message. mend`. */
export function formatProblems(problems: readonly ScenarioProblem[]): string {
  return problems
    .map(({ file, line, column, path, message, mend }) => {
      const subject = path === '' ? '' : `${path}: `;
      return `${file}:${line}:${column}  ${subject}${message}. ${mend}`;
    })
    .join('\n');
}

export function byPlace(a: ScenarioProblem, b: ScenarioProblem): number {
  return a.line - b.line || a.column - b.column;
}

/** Text of a file does not command a terminal: control characters are replaced. */
export function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, '\uFFFD');
}
