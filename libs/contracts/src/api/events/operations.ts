import { z } from 'zod';
import { livePartSchema } from '../attempts/live.js';
import { bigNumberSchema, idSchema, instantSchema } from '../fields.js';
import { operation } from '../operation.js';

/** The most jobs whose live parts one stream has. */
export const liveJobLimit = 8;

/** Something that happened, as it stands in a stream's `data`. */
export const eventSchema = z
  .object({
    /** 1, 2, 3, … without a gap over the whole service; other projects have some of them. */
    number: bigNumberSchema,
    /** `run.submitted`, `job.queued`, `attempt.assigned` … */
    type: z.string(),
    owner: z.string(),
    runId: idSchema.nullable(),
    jobId: idSchema.nullable(),
    attemptId: idSchema.nullable(),
    workerId: idSchema.nullable(),
    at: instantSchema,
    /** What a list must bring up to date: states, outcome, numbers. */
    data: z.record(z.string(), z.unknown()),
  })
  .meta({ id: 'Event' });
export type ServiceEvent = z.infer<typeof eventSchema>;

/** `event: reset`: the events after `after` are not kept any more. Read anew what is shown; the stream goes on. */
export const resetSchema = z.object({ after: bigNumberSchema, next: bigNumberSchema });
export type EventsReset = z.infer<typeof resetSchema>;

/** `event: live`: what a lab does just now. It has no number and does not come again. */
export const liveEventSchema = z.object({
  jobId: idSchema,
  attemptId: idSchema,
  parts: z.array(livePartSchema),
  /** Parts that were left out before these, as they came faster than they were read. */
  dropped: z.int().nonnegative(),
});
export type LiveEvent = z.infer<typeof liveEventSchema>;

export const eventOperations = {
  stream: operation({
    id: 'streamEvents',
    tag: 'events',
    method: 'GET',
    path: '/events',
    access: 'read',
    summary:
      'Server-sent events: each has its number as id and an Event as data; `Last-Event-ID` goes before `after`. ' +
      '`event: reset` where what was asked for is not kept any more, `event: live` for live parts of a job',
    query: z
      .object({
        /** Those with a greater number. Absent: those from now on. */
        after: bigNumberSchema.optional(),
        runId: idSchema.optional(),
        jobId: idSchema.optional(),
        /** Types, with commas between them. */
        types: z
          .string()
          .regex(/^[a-z-]+\.[a-z-]+(,[a-z-]+\.[a-z-]+)*$/, {
            error: 'is not a list of types such as job.queued,job.finished',
          })
          .max(1000)
          .transform((list) => list.split(','))
          .optional(),
        /** Live parts too; only with a job. */
        live: z
          .enum(['true', 'false'])
          .default('false')
          .transform((text) => text === 'true'),
        /** Live parts of these jobs, with commas between them, beside the events that the filters mean. */
        liveJobs: z
          .string()
          .transform((list) => list.split(','))
          .pipe(z.array(idSchema).max(liveJobLimit))
          .optional(),
      })
      .refine(({ live, jobId }) => !live || jobId !== undefined, {
        error: 'needs a jobId',
        path: ['live'],
      }),
    answerKind: 'events',
  }),
};
