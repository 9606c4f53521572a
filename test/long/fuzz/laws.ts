/** A decoder broke one of its laws. */
export class BrokenLaw extends Error {
  override readonly name = 'BrokenLaw';
}

/** @throws BrokenLaw where the law does not hold */
export function law(holds: boolean, words: string): asserts holds {
  if (!holds) throw new BrokenLaw(words);
}

/** What a decoder told, step by step, to be compared with what it told another time. */
export type Trace = (string | number | bigint | boolean | null)[];

/** @throws BrokenLaw naming the first step in which they differ */
export function sameTrace(one: Trace, other: Trace, words: string): void {
  const steps = Math.max(one.length, other.length);
  for (let i = 0; i < steps; i++) {
    if (Object.is(one[i], other[i])) continue;
    throw new BrokenLaw(`${words}: step ${i} is ${shown(one[i])}, then ${shown(other[i])}`);
  }
}

function shown(step: Trace[number] | undefined): string {
  if (step === undefined) return 'missing';
  return typeof step === 'bigint' ? `${step}n` : JSON.stringify(step);
}

/** A short stand-in for bytes in a trace. */
export function sumOf(bytes: Uint8Array, start = 0, end = bytes.length, before = 0): number {
  let sum = before;
  for (let i = start; i < end; i++) sum = (Math.imul(sum, 31) + bytes[i]!) | 0;
  return sum;
}
