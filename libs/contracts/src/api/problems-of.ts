import type { Operation } from './operation.js';
import type { ProblemType } from './problem.js';

const always = [
  'invalid-request',
  'too-many-requests',
  'wrong-host',
  'internal',
  'unavailable',
] as const;

/** Every type of problem that an operation may answer with: its own, and those of all that are like it. */
export function problemsOf(one: Operation): readonly ProblemType[] {
  const types = new Set<ProblemType>([
    ...always,
    ...(one.access === 'public' ? [] : (['unauthenticated', 'forbidden'] as const)),
    ...(one.params ? (['not-found'] as const) : []),
    ...(one.body || one.bodyIsBytes ? (['too-large', 'wrong-type'] as const) : []),
    ...(one.idempotent ? (['request-running', 'key-reused'] as const) : []),
    ...(one.idempotent && one.secret ? (['shown-once'] as const) : []),
    ...(one.problems ?? []),
  ]);
  return [...types];
}
