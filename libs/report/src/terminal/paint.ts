/** ANSI colours, or none: every function returns plain text then. */
export interface Paint {
  bold: Style;
  dim: Style;
  good: Style;
  bad: Style;
  doubt: Style;
}

type Style = (text: string) => string;

const escape = '\u001b[';
const wrap = (on: string, off: string) => (text: string) =>
  `${escape}${on}m${text}${escape}${off}m`;

const colours: Paint = {
  bold: wrap('1', '22'),
  dim: wrap('2', '22'),
  good: wrap('32', '39'),
  bad: wrap('31', '39'),
  doubt: wrap('33', '39'),
};

const same = (text: string): string => text;
const plain: Paint = { bold: same, dim: same, good: same, bad: same, doubt: same };

export const paint = (color: boolean): Paint => (color ? colours : plain);
