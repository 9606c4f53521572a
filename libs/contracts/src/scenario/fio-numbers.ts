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
