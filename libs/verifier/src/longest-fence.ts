import type { Association } from '@fenceline/history';
import { cqtUnder, profiles } from './profiles.js';

const nsPerMs = 1e6;

/**
 * The end of the longest fence that a host may choose without blame, whatever the profile: the longest value that a
 * profile gives a CQT of 0, counted from the moment at which the host can have noticed, its give-up or H + 2 × KATO,
 * whichever is first. In ns.
 */
export function longestFenceEnd(association: Association, giveUpAt: number): number {
  const { katoMs, tbkas, lastNewHostBytesAt: h } = association;
  const cqtMs = profiles.reduce(
    (most, profile) => Math.max(most, cqtUnder(profile, association.cqtMs) ?? 0),
    0,
  );
  const noticed = Math.max(h, Math.min(giveUpAt, h + 2 * katoMs * nsPerMs));
  return Math.min(
    association.ccrSuccessDeliveredAt,
    association.resetConfirmedDeliveredAt,
    noticed + ((tbkas ? 3 : 2) * katoMs + cqtMs) * nsPerMs,
  );
}
