import type { WriteStream } from 'node:tty';

/** Where text goes that may be coloured: a terminal, a pipe or a file. */
export type TextStream = NodeJS.WritableStream &
  Partial<Pick<WriteStream, 'isTTY' | 'columns' | 'hasColors'>>;

const codes = {
  bold: [1, 22],
  dim: [2, 22],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  cyan: [36, 39],
} as const;
export type StyleName = keyof typeof codes;

/** Wraps a text in a style, or leaves it alone. */
export type Style = (name: StyleName, text: string) => string;

export const plainStyle: Style = (_name, text) => text;

const ansiStyle: Style = (name, text) => {
  const [on, off] = codes[name];
  return `\u001b[${on}m${text}\u001b[${off}m`;
};

/** Columns of a stream; a terminal that does not know its width says 0. */
export function columnsOf(stream: TextStream, otherwise: number): number {
  return stream.columns === undefined || stream.columns === 0 ? otherwise : stream.columns;
}

/** Whether the stream is a terminal that shows colours. */
export function hasColors(stream: TextStream): boolean {
  return stream.isTTY === true && stream.hasColors?.() === true;
}

/** Colours where the stream is a terminal that has them; NO_COLOR and TERM=dumb are respected by Node. */
export function styleFor(stream: TextStream): Style {
  return hasColors(stream) ? ansiStyle : plainStyle;
}
