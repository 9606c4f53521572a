import { harmless } from '@fenceline/report/harmless';
import { layOutTable } from '../terminal/table.js';

/** What stands in a cell that has nothing to say. */
const nothing = '-';

/** A table whose cells may come from anybody, with its titles. */
export function tableOf(titles: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = rows.map((row) => row.map((cell) => (cell === '' ? nothing : harmless(cell))));
  return linesOf(layOutTable([titles, ...cells]));
}

/** Names and what they are, a line each; what is null is left out. */
export function factsOf(facts: Readonly<Record<string, string | null>>): string {
  const rows = Object.entries(facts).flatMap(([name, value]) =>
    value === null ? [] : [[name, harmless(value)]],
  );
  return linesOf(layOutTable(rows));
}

/** A moment, to the second, UTC. */
export function moment(instant: string): string {
  return instant.replace('T', ' ').replace(/(\.\d+)?Z$/, 'Z');
}

/** A size in bytes for people. */
export function byteSize(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB'];
  let unit = 0;
  let size = bytes;
  for (; size >= 1024 && unit < units.length - 1; unit += 1) size /= 1024;
  return `${unit === 0 ? size : size.toFixed(1)} ${units[unit] ?? ''}`;
}

/** Several of a thing in words: `1 job`, `2 jobs`. */
export function counted(count: number, thing: string): string {
  return `${count} ${thing}${count === 1 ? '' : 's'}`;
}

function linesOf(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join('');
}
