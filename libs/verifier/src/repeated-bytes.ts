import { forEachBlock, type Command } from '@fenceline/history';
import type { Facts } from './facts.js';

/**
 * Whether a command's retry cannot be known by its bytes: some were never seen, or the application wrote them
 * more than once, as zeroes and deallocation always count.
 */
export function hasRepeatedBytes({ blocks }: Facts, command: Command): boolean {
  let repeated = false;
  forEachBlock(command, (_, payload) => {
    if (payload === undefined || blocks.isRepeated(payload)) repeated = true;
  });
  return repeated;
}
