/**
 * States of a path's controller, with Linux's names.
 *
 * LIVE → FENCING → FENCED → RESETTING → CONNECTING → LIVE; a host that does not fence goes from LIVE to RESETTING.
 * DELETED is the end: the host was stopped, or its controller loss time-out has passed.
 */
export type PathState =
  'NEW' | 'CONNECTING' | 'LIVE' | 'FENCING' | 'FENCED' | 'RESETTING' | 'DELETED';
