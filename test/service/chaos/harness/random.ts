import { Random } from '../../../long/fuzz/random.js';

/** The seed of a run: FENCELINE_CHAOS_SEED, or one by the clock. Printed, so that a run can be made again. */
export function chaosSeed(): number {
  const given = process.env['FENCELINE_CHAOS_SEED'];
  return given === undefined ? Date.now() % 2 ** 31 : Number(given);
}

/** Between two numbers. */
export function between(random: Random, from: number, to: number): number {
  return from + (random.word() / 2 ** 32) * (to - from);
}

/** The list in an order of chance. */
export function shuffled<Item>(random: Random, list: readonly Item[]): Item[] {
  const items = [...list];
  for (let index = items.length - 1; index > 0; index -= 1) {
    const other = random.below(index + 1);
    [items[index], items[other]] = [items[other]!, items[index]!];
  }
  return items;
}

export { Random };
