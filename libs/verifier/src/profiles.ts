import type { ProfileName } from '@fenceline/contracts';

/**
 * A reading of the disputed parts of the specification. TP4129 (Base 2.1) says that a command quiesce time
 * (CQT) of 0 does not mean "retry at once", but leaves the time to the host.
 */
export interface Profile {
  name: ProfileName;
  /** What a reported CQT of 0 stands for: no hold at all, or a time in ms. */
  cqtZero: { hold: 'none' } | { ms: number };
  /** Where the hold starts: the host's last new bytes on the association (H), or the give-up. */
  holdStart: 'last-new-pdu' | 'give-up';
}

/** The named profiles, in the order in which they are shown. The first one decides unless a scenario names another. */
export const profiles: readonly Profile[] = [
  { name: 'cqt-zero-10s', cqtZero: { ms: 10_000 }, holdStart: 'last-new-pdu' },
  { name: 'cqt-zero-immediate', cqtZero: { hold: 'none' }, holdStart: 'last-new-pdu' },
  { name: 'tp4129-strict', cqtZero: { ms: 0 }, holdStart: 'last-new-pdu' },
];

/**
 * CQT in ms as the profile counts it, or null where it asks for no hold and gives no bound.
 * TP4129, Identify Controller bytes 387:386.
 */
export function cqtUnder(profile: Profile, reportedMs: number): number | null {
  if (reportedMs > 0) return reportedMs;
  return 'ms' in profile.cqtZero ? profile.cqtZero.ms : null;
}
