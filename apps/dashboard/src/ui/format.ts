const whole = new Intl.NumberFormat(undefined, { maximumFractionDigits: 0 });

/** A count with separators. */
export function formatCount(count: number): string {
  return whole.format(count);
}

/** `1 job`, `2 jobs`. */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`;
}

/** Bytes with binary units and three digits. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  const power = bytes < 1024 ? 0 : Math.min(Math.floor(Math.log2(bytes) / 10), units.length - 1);
  const value = bytes / 1024 ** power;
  return `${power === 0 || value >= 100 ? whole.format(value) : value.toPrecision(3)} ${units[power]!}`;
}

/** Milliseconds as a length of time: `850 ms`, `12.5 s`, `3 min 5 s`, `2 h 10 min`, `3 d 4 h`. */
export function formatDuration(ms: number): string {
  const sign = ms < 0 ? '−' : '';
  const size = Math.abs(ms);
  if (size < 1000) return `${sign}${size < 10 ? Number(size.toPrecision(2)) : Math.round(size)} ms`;
  if (size < 60_000) return `${sign}${Number((size / 1000).toPrecision(3))} s`;
  const seconds = Math.round(size / 1000);
  if (seconds < 3600) return sign + twoUnits(Math.floor(seconds / 60), 'min', seconds % 60, 's');
  const minutes = Math.round(seconds / 60);
  if (minutes < 1440) return sign + twoUnits(Math.floor(minutes / 60), 'h', minutes % 60, 'min');
  const hours = Math.round(minutes / 60);
  return sign + twoUnits(Math.floor(hours / 24), 'd', hours % 24, 'h');
}

function twoUnits(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large} ${largeUnit}` : `${large} ${largeUnit} ${small} ${smallUnit}`;
}

const thousandths = new Intl.NumberFormat(undefined, {
  minimumFractionDigits: 3,
  maximumFractionDigits: 3,
});

/** A moment of a lab to the microsecond, so that they stand in a column: `1,001.038 ms`. */
export function formatMs(ms: number): string {
  return `${thousandths.format(ms)} ms`;
}

/** A margin with its sign: `+5 s`, `−11.5 s`. */
export function formatMargin(ms: number): string {
  return ms > 0 ? `+${formatDuration(ms)}` : formatDuration(ms);
}

/** A share of one as a percentage. */
export function formatShare(share: number): string {
  const percent = share * 100;
  return `${percent > 0 && percent < 10 ? Number(percent.toPrecision(2)) : Math.round(percent)} %`;
}

/** The beginning of an id: enough to tell the rows of a page apart. */
export function shortId(id: string): string {
  return id.slice(0, 8);
}
