import type { FioOptions } from './fio-options.js';

/** Bytes of a size in fio's syntax: k, m, g, t are powers of 1024 (fio's default `kb_base`). */
export function fioBytes(size: string | number): number {
  if (typeof size === 'number') return size;
  const power = 'kmgt'.indexOf(size.slice(-1).toLowerCase()) + 1;
  return parseInt(size, 10) * 1024 ** power;
}

/** Milliseconds of a time in fio's syntax; a plain number is in seconds. */
export function fioMs(time: string | number): number {
  const text = String(time);
  const scale = { ms: 1, m: 60_000, h: 3_600_000 }[/[a-z]*$/.exec(text)?.[0] ?? ''] ?? 1_000;
  return parseInt(text, 10) * scale;
}

/** The bytes of the namespace that the jobs of a workload touch: first, and one past the last. */
export function fioRange(fio: FioOptions): { firstByte: number; endByte: number } {
  const firstByte = fioBytes(fio.offset);
  const lastJob = firstByte + fioBytes(fio.offset_increment) * (fio.numjobs - 1);
  return { firstByte, endByte: lastJob + fioBytes(fio.size) };
}

/** Whether the pattern changes the medium. */
export function fioWrites(fio: FioOptions): boolean {
  return fio.rw !== 'read' && fio.rw !== 'randread';
}

/** A switch as fio or as YAML writes it. */
export function fioIsOn(value: boolean | 0 | 1 | undefined): boolean {
  return value === true || value === 1;
}

/**
 * The arguments of fio for these options, each `--name=value`, defaults included. What the lab sets itself
 * (name, device, output) is not among them.
 *
 * @param randseed used where the options name no seed
 */
export function fioArguments(fio: FioOptions, randseed: number): string[] {
  const complete = { ...fio, verify: fioVerify(fio), randseed: fio.randseed ?? randseed };
  return Object.entries(complete).flatMap(([name, value]) => {
    if (value === undefined || (name === 'verify' && value === 'none')) return [];
    return [`--${name}=${typeof value === 'boolean' ? Number(value) : value}`];
  });
}

/** What the header of each block carries: where the pattern only reads, none is expected by default. */
function fioVerify(fio: FioOptions): string {
  return fio.verify ?? (fioWrites(fio) ? 'crc32c' : 'none');
}
