import { changesMedium, forEachBlock, type History, type PayloadId } from '@fenceline/history';

/**
 * Which payloads were sent for one block by one command only, as nearly all are: of those no other command can be
 * a retry, and no other block has them.
 */
export function writtenOnce({ commands }: History): (payload: PayloadId) => boolean {
  let times = new Uint8Array(1024);
  for (const command of commands) {
    if (!changesMedium(command)) continue;
    forEachBlock(command, (_, payload) => {
      if (payload === undefined || payload < 0) return;
      if (payload >= times.length) {
        const grown = new Uint8Array(Math.max(payload + 1, times.length * 2));
        grown.set(times);
        times = grown;
      }
      // Once, or more often: how often does not matter.
      if (times[payload]! < 2) times[payload]!++;
    });
  }
  return (payload) => times[payload] === 1;
}
