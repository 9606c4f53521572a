/** Breaks text into lines of at most `width` characters, between words where it can. */
export function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (let word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = '';
    }
    while (word.length > width) {
      lines.push(word.slice(0, width));
      word = word.slice(width);
    }
    line = line === '' ? word : `${line} ${word}`;
  }
  lines.push(line);
  return lines;
}

/** A column of a table. `wrap` takes what the others leave of the width and breaks its text. */
export interface Column {
  title: string;
  align: 'left' | 'right' | 'wrap';
}

/** An aligned table as lines, its titles first, at most `width` characters wide where that is possible. */
export function table(
  columns: readonly Column[],
  rows: readonly string[][],
  width: number,
): string[] {
  const widths = columns.map((column, i) =>
    rows.reduce((most, row) => Math.max(most, row[i]?.length ?? 0), column.title.length),
  );
  const flexible = columns.findIndex((column) => column.align === 'wrap');
  if (flexible >= 0) {
    const others = widths.reduce((sum, w, i) => (i === flexible ? sum : sum + w + gap.length), 0);
    const room = Math.max(narrowest, width - others);
    widths[flexible] = Math.min(widths[flexible] ?? 0, room);
  }
  const titles = columns.map((column) => column.title);
  return [titles, ...rows].flatMap((row) => rowLines(columns, widths, row));
}

const gap = '  ';
const narrowest = 16;

function rowLines(columns: readonly Column[], widths: number[], row: string[]): string[] {
  const cells = columns.map((column, i) =>
    column.align === 'wrap' ? wrapped(row[i] ?? '', widths[i] ?? 1) : [row[i] ?? ''],
  );
  const height = Math.max(...cells.map((cell) => cell.length));
  return Array.from({ length: height }, (_, y) =>
    columns
      .map((column, i) => {
        const text = cells[i]?.[y] ?? '';
        const pad = widths[i] ?? 0;
        return column.align === 'right' ? text.padStart(pad) : text.padEnd(pad);
      })
      .join(gap)
      .trimEnd(),
  );
}
