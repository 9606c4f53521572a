/** What the environment asks of the fuzzing; each is a whole number, or left out. */

/** Inputs over all targets. */
export const inputsWanted = (otherwise: number): number =>
  numberOf('FENCELINE_FUZZ_INPUTS') ?? otherwise;

/** The first seed. The inputs of one run and of the next differ where this does. */
export const firstSeed = (): number => numberOf('FENCELINE_FUZZ_SEED') ?? 1;

/** One input to be made again, as a failure names it: `TARGET:SEED`. */
export function replayed(): { target: string; seed: number } | null {
  const text = process.env['FENCELINE_FUZZ_REPLAY'];
  if (text === undefined || text === '') return null;
  const [, target, seed] = /^([a-z-]+):(\d+)$/.exec(text) ?? [];
  if (target === undefined || seed === undefined) {
    throw new Error(`FENCELINE_FUZZ_REPLAY is TARGET:SEED, not ${JSON.stringify(text)}`);
  }
  return { target, seed: Number(seed) };
}

function numberOf(name: string): number | undefined {
  const text = process.env[name];
  if (text === undefined || text === '') return undefined;
  if (!/^\d+$/.test(text))
    throw new Error(`${name} is a whole number, not ${JSON.stringify(text)}`);
  return Number(text);
}
