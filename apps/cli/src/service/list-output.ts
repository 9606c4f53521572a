import { Option } from 'commander';
import { parseWhole } from '../commands/arguments.js';
import { collect } from './collect.js';
import { tableOf } from './text.js';

/** Columns of a table, by title. */
export type Columns<Item> = Readonly<Record<string, (item: Item) => string>>;

export interface ListOptions {
  limit: number;
  json: boolean;
}

const mostRows = 10_000;

/** The options that every list has. */
export const listOptions = (): Option[] => [
  new Option('--limit <n>', 'how many, the newest first')
    .argParser((text: string) => parseWhole(text, 1, mostRows))
    .default(50),
  new Option('--json', 'print one JSON object a line and nothing else on stdout').default(false),
];

/** Prints a list as a table, or as one JSON object a line; that there is more is told on stderr. */
export async function printList<Item>(
  { limit, json }: ListOptions,
  columns: Columns<Item>,
  page: Parameters<typeof collect<Item>>[1],
): Promise<void> {
  const { items, more } = await collect(limit, page);
  process.stdout.write(
    json
      ? items.map((item) => `${JSON.stringify(item)}\n`).join('')
      : tableOf(
          Object.keys(columns),
          items.map((item) => Object.values(columns).map((cell) => cell(item))),
        ),
  );
  if (more) process.stderr.write(`fenceline: there are more than these ${limit}; --limit N\n`);
}
