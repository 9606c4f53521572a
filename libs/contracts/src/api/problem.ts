import { z } from 'zod';

/**
 * Every type of problem that the API answers with, its status and title: stable. The `type` of an answer is
 * `/problems/NAME` (RFC 9457).
 */
export const problemTypes = {
  'invalid-request': { status: 400, title: 'The request is not valid' },
  unauthenticated: { status: 401, title: 'Who you are is not known' },
  forbidden: { status: 403, title: 'You may not do this' },
  'not-found': { status: 404, title: 'There is no such thing' },
  'method-not-allowed': { status: 405, title: 'This address takes another method' },
  conflict: { status: 409, title: 'The state of the thing does not allow this' },
  superseded: { status: 409, title: 'A newer attempt has taken the place of this one' },
  'request-running': { status: 409, title: 'The first request with this key is still running' },
  'shown-once': { status: 409, title: 'The answer held a secret, which is shown once' },
  gone: { status: 410, title: 'It was there and is not any more' },
  'too-large': { status: 413, title: 'It is too large' },
  'wrong-type': { status: 415, title: 'The content type is not one that is taken here' },
  'range-not-satisfiable': { status: 416, title: 'There are no such bytes' },
  'wrong-host': { status: 421, title: 'This host name is not served here' },
  'key-reused': { status: 422, title: 'This key was used for another request' },
  'invalid-scenario': { status: 422, title: 'The scenario is not valid' },
  'unknown-scenario': { status: 422, title: 'There is no such scenario' },
  'unknown-kernel': { status: 422, title: 'There is no such kernel' },
  'kernel-not-ready': { status: 422, title: 'The kernel cannot be booted yet' },
  'too-many-jobs': { status: 422, title: 'These are too many jobs' },
  'invalid-archive': { status: 422, title: 'The archive is not one that is taken' },
  'hash-mismatch': { status: 422, title: 'The bytes are not those that were announced' },
  'too-many-requests': { status: 429, title: 'Too many requests' },
  internal: { status: 500, title: 'The service made a mistake' },
  unavailable: { status: 503, title: 'The service cannot do this now' },
  'no-space': { status: 507, title: 'There is no space for it' },
} as const satisfies Record<string, { status: number; title: string }>;
export type ProblemType = keyof typeof problemTypes;

/** An error of the API, as `application/problem+json`. */
export const problemSchema = z
  .object({
    type: z.string().meta({ description: '/problems/NAME, stable' }),
    title: z.string(),
    status: z.int(),
    /** What is wrong here. */
    detail: z.string(),
    /** What mends it. */
    mend: z.string().optional(),
    /** Each field that is wrong: its place as `body.seeds[0]`, and what would be right. */
    errors: z
      .array(
        z.object({
          field: z.string(),
          message: z.string(),
          line: z.int().optional(),
          column: z.int().optional(),
        }),
      )
      .optional(),
    /** The request, as it is in the log. */
    requestId: z.string().optional(),
  })
  .meta({ id: 'Problem' });
export type ProblemDocument = z.infer<typeof problemSchema>;
