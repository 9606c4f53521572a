import type { History } from '@fenceline/history';
import { Blocks } from './blocks.js';
import { lastKeepAlives } from './fence.js';
import { giveUpsOf, giveUpTimes, type GiveUp } from './give-ups.js';
import { Landings } from './landings.js';
import { LastingWrites, whyUnfollowed } from './lasting.js';
import type { Retry } from './logical-writes.js';
import { MediumOrder } from './medium-order.js';
import { readsOf, type Reads } from './reads.js';
import { findRetries, firstRetryByAssociation } from './retries.js';

/** What the rules need to know of a history whatever the profile: computed once. */
export interface Facts {
  history: History;
  blocks: Blocks;
  retries: Retry[];
  /** By association: first certain retry of one of its outstanding commands, or `never`. */
  firstRetryAt: number[];
  /** By association: when its host gave it up, or `never`. */
  giveUpAt: number[];
  giveUps: GiveUp[];
  landings: Landings;
  /** By association: when its last Keep Alive became complete. */
  lastKeepAliveAt: number[];
  /** Why the content of blocks cannot be followed; null when it can. */
  unfollowed: string | null;
  mediumOrder: MediumOrder;
  reads: Reads;
  lasting: LastingWrites;
}

export function gatherFacts(history: History): Facts {
  const blocks = new Blocks(history);
  const retries = findRetries(blocks);
  const firstRetryAt = firstRetryByAssociation(retries, history.associations.length);
  const giveUpAt = giveUpTimes(history, firstRetryAt);
  const mediumOrder = new MediumOrder(history, blocks, giveUpAt);
  return {
    history,
    blocks,
    retries,
    firstRetryAt,
    giveUpAt,
    giveUps: giveUpsOf(history, giveUpAt),
    landings: new Landings(history, blocks),
    lastKeepAliveAt: lastKeepAlives(history.associations, history.commands),
    unfollowed: whyUnfollowed(history),
    mediumOrder,
    reads: readsOf(history, mediumOrder),
    lasting: new LastingWrites(history),
  };
}
