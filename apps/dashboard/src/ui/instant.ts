const hour = 3_600_000;
const clock = new Intl.DateTimeFormat(undefined, {
  hour: '2-digit',
  minute: '2-digit',
  hourCycle: 'h23',
});
const day = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' });
const dayOfYear = new Intl.DateTimeFormat(undefined, {
  day: 'numeric',
  month: 'short',
  year: 'numeric',
});

/**
 * A time as it is read at a glance, in the reader's zone: how long ago within an hour, else the clock of today, or day and
 * clock.
 */
export function formatInstant(instant: Date, now: Date): string {
  const ago = now.getTime() - instant.getTime();
  if (Math.abs(ago) < 45_000) return 'just now';
  if (ago > 0 && ago < hour) return `${Math.round(ago / 60_000)} min ago`;
  if (ago < 0 && ago > -hour) return `in ${Math.round(-ago / 60_000)} min`;
  const time = clock.format(instant);
  if (instant.toDateString() === now.toDateString()) return time;
  const date = instant.getFullYear() === now.getFullYear() ? day : dayOfYear;
  return `${date.format(instant)}, ${time}`;
}

/** All of a time, in the reader's zone, with the zone. */
export function exactInstant(instant: Date): string {
  const two = (value: number, digits = 2) => String(value).padStart(digits, '0');
  const offset = -instant.getTimezoneOffset();
  const zone = `${offset < 0 ? '−' : '+'}${two(Math.floor(Math.abs(offset) / 60))}:${two(Math.abs(offset) % 60)}`;
  const date = [instant.getFullYear(), two(instant.getMonth() + 1), two(instant.getDate())];
  const time = [instant.getHours(), instant.getMinutes(), instant.getSeconds()].map((value) =>
    two(value),
  );
  return `${date.join('-')} ${time.join(':')}.${two(instant.getMilliseconds(), 3)} ${zone}`;
}
