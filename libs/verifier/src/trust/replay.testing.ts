import type { Command, History, PayloadId } from '@fenceline/history';

/** What a read took from the medium: each of its blocks at a moment of its own, as a command is not atomic. */
export interface ReadMoments {
  command: Command;
  /** In ns, one for each block. */
  moments: readonly number[];
}

/**
 * Applies the requests of a history to a fresh medium in its order, and gives each read the blocks that were
 * there at its moments.
 *
 * @returns what the medium holds at the end, of every block for which a request came
 */
export function replay(history: History, reads: readonly ReadMoments[]): Map<number, PayloadId> {
  const looks = reads
    .flatMap(({ command, moments }) => moments.map((at, index) => ({ command, at, index })))
    .sort((a, b) => a.at - b.at);
  const medium = new Map<number, PayloadId>();
  let next = 0;
  const lookUntil = (t: number): void => {
    for (; next < looks.length && looks[next]!.at < t; next++) {
      const { command, index } = looks[next]!;
      command.payloads[index] = medium.get(command.slba + index) ?? 0;
    }
  };
  for (const { appliedAt, slba, blocks, payloads } of history.applies) {
    if (!Number.isFinite(appliedAt)) continue;
    lookUntil(appliedAt);
    // A deallocated block reads as zeroes here, which is one of the three ways.
    for (let index = 0; index < blocks; index++) medium.set(slba + index, payloads[index] ?? 0);
  }
  lookUntil(Infinity);
  for (const { slba, blocks } of history.applies) {
    for (let lba = slba; lba < slba + blocks; lba++) if (!medium.has(lba)) medium.set(lba, 0);
  }
  return medium;
}
