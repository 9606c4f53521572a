/** A value with its unit as people write it, read or refused with what would be right. */
export type UnitResult = { ok: true; value: number } | { ok: false; message: string; mend: string };

interface UnitTable {
  /** For messages: `duration` or `size`. */
  noun: string;
  /** Unit → how many of the smallest unit it is, from small to large. */
  units: ReadonlyMap<string, number>;
  /** Spellings that people try → the unit that they mean. */
  aliases: ReadonlyMap<string, string>;
  examples: string;
  /** Name of the smallest unit in the plural. */
  smallest: string;
}

const durations: UnitTable = {
  noun: 'duration',
  units: new Map([
    ['ms', 1],
    ['s', 1_000],
    ['m', 60_000],
    ['h', 3_600_000],
  ]),
  aliases: new Map([
    ['msec', 'ms'],
    ['msecs', 'ms'],
    ['millisecond', 'ms'],
    ['milliseconds', 'ms'],
    ['sec', 's'],
    ['secs', 's'],
    ['second', 's'],
    ['seconds', 's'],
    ['min', 'm'],
    ['mins', 'm'],
    ['minute', 'm'],
    ['minutes', 'm'],
    ['hr', 'h'],
    ['hour', 'h'],
    ['hours', 'h'],
  ]),
  examples: '`300ms`, `5s`, `2m` or `1h`',
  smallest: 'milliseconds',
};

const sizes: UnitTable = {
  noun: 'size',
  units: new Map([
    ['B', 1],
    ['KiB', 1024],
    ['MiB', 1024 ** 2],
    ['GiB', 1024 ** 3],
    ['TiB', 1024 ** 4],
  ]),
  aliases: new Map([
    ['k', 'KiB'],
    ['kb', 'KiB'],
    ['ki', 'KiB'],
    ['m', 'MiB'],
    ['mb', 'MiB'],
    ['mi', 'MiB'],
    ['g', 'GiB'],
    ['gb', 'GiB'],
    ['gi', 'GiB'],
    ['t', 'TiB'],
    ['tb', 'TiB'],
    ['ti', 'TiB'],
    ['bytes', 'B'],
  ]),
  examples: '`4KiB`, `64MiB` or `1GiB`',
  smallest: 'bytes',
};

/** The pattern that JSON Schema shows for a duration. */
export const DURATION_PATTERN = '^[0-9]+(\\.[0-9]+)?(ms|s|m|h)$';
/** The pattern that JSON Schema shows for a size. */
export const SIZE_PATTERN = '^[0-9]+(\\.[0-9]+)?(B|KiB|MiB|GiB|TiB)$';

/** Reads `300ms`, `1.5s`, `2m`, `1h` into milliseconds; the value must be a whole number of them. */
export function parseDuration(text: string): UnitResult {
  return parseWithUnit(text, durations);
}

/** Reads `512B`, `4KiB`, `64MiB`, `1GiB`, `1TiB` (powers of 1024) into bytes. */
export function parseSize(text: string): UnitResult {
  return parseWithUnit(text, sizes);
}

/** Writes milliseconds in the largest unit that needs no fraction: `300ms`, `5s`, `2m`. */
export function formatDuration(ms: number): string {
  return formatWithUnit(ms, durations);
}

/** Writes bytes in the largest unit that needs no fraction: `512B`, `4KiB`, `64MiB`. */
export function formatSize(bytes: number): string {
  return formatWithUnit(bytes, sizes);
}

function formatWithUnit(value: number, table: UnitTable): string {
  let best = `${value}${firstUnit(table)}`;
  if (value === 0) return table === durations ? '0s' : best;
  for (const [unit, scale] of table.units) {
    if (value % scale === 0) best = `${value / scale}${unit}`;
  }
  return best;
}

function firstUnit(table: UnitTable): string {
  return table.units.keys().next().value ?? '';
}

function parseWithUnit(text: string, table: UnitTable): UnitResult {
  const match = /^([0-9]{1,16})(?:\.([0-9]{1,15}))?(\s*)([A-Za-zµ]*)$/.exec(text.trim());
  if (match === null) {
    return refuse(
      `\`${shorten(text)}\` is not a ${table.noun}`,
      `Write a number with its unit, such as ${table.examples}.`,
    );
  }
  const [, whole = '', fraction = '', gap = '', unit = ''] = match;
  const written = fraction === '' ? whole : `${whole}.${fraction}`;
  if (unit === '') {
    return refuse(
      `\`${written}\` has no unit`,
      `Write a ${table.noun} with its unit, such as ${table.examples}.`,
    );
  }
  const scale = table.units.get(unit);
  if (scale === undefined) {
    const meant = unitMeant(unit, table);
    return refuse(
      `\`${shorten(unit)}\` is not a unit of a ${table.noun}`,
      meant === undefined
        ? `The units are ${[...table.units.keys()].join(', ')}.`
        : `Write \`${written}${meant}\`; the units are ${[...table.units.keys()].join(', ')}.`,
    );
  }
  if (gap !== '' || text !== text.trim()) {
    return refuse(`there is a space in \`${shorten(text)}\``, `Write \`${written}${unit}\`.`);
  }
  return scaled(whole, fraction, scale, unit, table);
}

/** Exact: digits are multiplied as integers, so that `0.3s` is 300 ms and not 299.99…. */
function scaled(
  whole: string,
  fraction: string,
  scale: number,
  unit: string,
  table: UnitTable,
): UnitResult {
  const product = BigInt(whole + fraction) * BigInt(scale);
  const divisor = 10n ** BigInt(fraction.length);
  const value = product / divisor;
  if (value * divisor !== product) {
    return refuse(
      `\`${whole}.${fraction}${unit}\` is not a whole number of ${table.smallest}`,
      `Use fewer digits or a smaller unit.`,
    );
  }
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) {
    return refuse(`\`${whole}${unit}\` is too large`, 'Write a smaller value.');
  }
  return { ok: true, value: Number(value) };
}

function unitMeant(unit: string, table: UnitTable): string | undefined {
  const lower = unit.toLowerCase();
  for (const known of table.units.keys()) if (known.toLowerCase() === lower) return known;
  return table.aliases.get(lower);
}

function shorten(text: string): string {
  return text.length <= 40 ? text : `${text.slice(0, 39)}…`;
}

function refuse(message: string, mend: string): UnitResult {
  return { ok: false, message, mend };
}
