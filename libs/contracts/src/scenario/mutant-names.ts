import { z } from 'zod';

/**
 * The names by which a scenario asks for a host or a controller that does one thing wrong. What each does is in
 * `libs/reference/src/mutants`, which has these and no others.
 */

export const hostMutantNameSchema = z.enum(
  [
    'failed-entry-is-success',
    'sources-in-any-order',
    'waits-for-dead-sources',
    'first-timer-releases-all',
    'connect-error-stalls',
    'hold-from-first-failed-command',
    'ignores-cqt',
    'milliseconds-for-seconds',
    'old-cirn',
    'answer-is-success',
    'holds-one-queue',
    'keeps-slot-of-refusal',
    'event-is-success',
    'any-entry-counts',
    'no-hold-for-zero-cqt',
    'ignores-tbkas',
    'no-hold-after-failed-reset',
    'no-hold-without-source',
    'keeps-talking',
    'waits-out-its-time',
    'resumes-late',
    'never-asks',
    'never-reconnects',
    'keeps-refused-commands',
    'tells-path-errors',
    'retries-other-bytes',
  ],
  { error: 'is not the name of a host mutant' },
);
export type HostMutantName = z.infer<typeof hostMutantNameSchema>;

export const controllerMutantNameSchema = z.enum(
  [
    'applies-after-reset',
    'success-before-quiet',
    'success-at-bound',
    'gone-before-quiet',
    'success-of-unknown',
    'success-of-silent-peer',
    'ignores-cqt',
    'never-expires',
    'answers-after-reset',
    'any-cirn',
    'same-cirn',
    'wrong-entry',
    'event-without-entry',
    'event-too-early',
    'drops-acknowledged-write',
    'acknowledges-too-early',
    'alters-data',
  ],
  { error: 'is not the name of a controller mutant' },
);
export type ControllerMutantName = z.infer<typeof controllerMutantNameSchema>;
