import { z } from 'zod';
import { linkDirectionSchema } from '../../events.js';
import { scenarioLimits } from '../limits.js';
import { anaStateSchema } from '../kinds.js';
import { backendOpSchema } from '../model.js';
import {
  atMostOneOf,
  duration,
  exactlyOneOf,
  isGiven,
  referenceSchema,
  referencesSchema,
  type Mend,
  readable,
} from './fields.js';

/** A step of the timeline as a scenario file describes it: when, and what to do. */

const count = () => z.int().min(1).max(scenarioLimits.count);
const direction = () =>
  linkDirectionSchema
    .optional()
    .describe('Frames that are meant, named by where they go. Default: `both`.');
const nodes = () => referencesSchema.describe('Nodes whose backend is meant.');
const links = () => referencesSchema.describe('Links that are meant.');
const port = () =>
  z
    .int()
    .min(1)
    .optional()
    .describe(
      'Only what comes through this port, of reference nodes alone: the ports of a Linux node share one ' +
        'way to the medium. Default: all ports.',
    );
const paths = () => referencesSchema.prefault('all').describe('Links on which it counts.');
const times = () => count().default(1).describe('How often, over these links together.');

export const eventNames = [
  'held',
  'appliedUnanswered',
  'newerWriteAcknowledged',
  'firstRetry',
  'giveUp',
  'ccrSent',
  'ccrAccepted',
  'ccrEvent',
  'connected',
  'writes',
  'workloadEnded',
] as const;

export const whenTextSchema = exactlyOneOf(
  z.strictObject({
    held: z
      .strictObject({
        node: referencesSchema
          .prefault('all')
          .describe('Nodes whose held writes are counted together.'),
        writes: count().default(1).describe('Number of writes.'),
      })
      .optional()
      .describe('So many writes are held by a `hold` of the backend.'),
    appliedUnanswered: z
      .strictObject({
        node: referencesSchema.prefault('all').describe('Nodes whose writes are counted together.'),
        writes: count().default(1).describe('Number of writes.'),
      })
      .optional()
      .describe('So many writes are applied while the host has no answer to them.'),
    newerWriteAcknowledged: z
      .strictObject({
        over: z
          .literal('held')
          .default('held')
          .describe('What the newer write lies over: a held write.'),
      })
      .optional()
      .describe(
        'A write to a block of a held write, sent while that one was held and carrying other bytes, ' +
          'is answered with success over another path: if the held write lands now, it is stale.',
      ),
    firstRetry: z
      .strictObject({
        link: referencesSchema.prefault('all').describe('Links on which a retry counts.'),
      })
      .optional()
      .describe(
        'A block of an outstanding write is sent again on another association for the first time.',
      ),
    giveUp: z
      .strictObject({ link: paths(), count: times() })
      .optional()
      .describe(
        'A host gives up an association: its first FIN or RST, a CCR that names it, ' +
          'a retry of one of its outstanding commands elsewhere, or the RST of the target ' +
          'that leaves it no connection.',
      ),
    ccrSent: z
      .strictObject({ link: paths(), count: times() })
      .optional()
      .describe(
        'A host sends a Cross-Controller Reset over one of these links, to a source there.',
      ),
    ccrAccepted: z
      .strictObject({ link: paths(), count: times() })
      .optional()
      .describe(
        'The answer to a CCR over one of these links says that the operation goes on: success with IRS=0.',
      ),
    ccrEvent: z
      .strictObject({ link: paths(), count: times() })
      .optional()
      .describe('The event of a completed CCR is delivered to the host over one of these links.'),
    connected: z
      .strictObject({ link: paths(), count: times() })
      .optional()
      .describe(
        'A host has connected again: the first I/O queue of a new association is up over a link where the ' +
          'host had one before.',
      ),
    writes: atMostOneOf(
      z.strictObject({
        link: referencesSchema.optional().describe('Links of which each must reach the number.'),
        node: referencesSchema
          .optional()
          .describe('Nodes of which each link must reach the number.'),
        count: count().describe('Number of writes.'),
      }),
      ['link', 'node'],
    )
      .optional()
      .describe('So many writes are applied on each of these paths. Default: on every path.'),
    workloadEnded: z
      .strictObject({
        workload: referencesSchema.prefault('all').describe('Jobs that must all have ended.'),
      })
      .optional()
      .describe('fio has ended, by itself or after a `stop`: every I/O of it has come back.'),
    within: duration({ min: 1 })
      .prefault('60s')
      .describe(
        'Bound of the wait, from the step before. When it passes first, the step counts as not fired ' +
          'and the run goes on with the next one.',
      ),
  }),
  eventNames,
  'event',
);

export const actionNames = [
  'hold',
  'release',
  'discard',
  'slow',
  'fail',
  'drop',
  'restore',
  'resetConnection',
  'holdInside',
  'releaseInside',
  'ana',
  'stop',
] as const;

const nodeOrLink = ['node', 'link'];

const referenceNodes = () => referencesSchema.describe('Reference nodes that are meant.');

const anyPort = () => z.int().min(1).optional().describe('Port that is meant. Default: all ports.');

/** Fields that make sense for one of the two targets only. */
function onlyFor<T extends z.ZodType>(
  schema: T,
  target: 'node' | 'link',
  fields: readonly string[],
): T {
  const other = target === 'node' ? 'link' : 'node';
  const wrong = (value: unknown) =>
    isGiven(value, other) && !isGiven(value, target)
      ? fields.filter((field) => isGiven(value, field))
      : [];
  return schema.refine((value) => wrong(value).length === 0, {
    error: (issue) => `\`${wrong(issue.input).join('`, `')}\` has no meaning for a ${other}`,
    params: { mend: `Remove it: it belongs to \`${target}\`.` } satisfies Mend,
    when: readable,
  });
}

export const doTextSchema = exactlyOneOf(
  z.strictObject({
    hold: onlyFor(
      onlyFor(
        exactlyOneOf(
          z.strictObject({
            node: nodes().optional(),
            port: port(),
            ops: z
              .array(backendOpSchema)
              .min(1)
              .optional()
              .describe('Requests of a node that are held. Default: `[write]`.'),
            next: count()
              .optional()
              .describe(
                'Hold only the next so many requests of each node. Default: all until `release`.',
              ),
            inFlight: z
              .boolean()
              .optional()
              .describe(
                'Hold also the requests that the node’s backend has received and not applied. Default: false.',
              ),
            link: links().optional(),
            direction: direction(),
          }),
          nodeOrLink,
          'target',
        ),
        'node',
        ['port', 'ops', 'next', 'inFlight'],
      ),
      'link',
      ['direction'],
    )
      .optional()
      .describe(
        'Of a `node`: the backend keeps requests back instead of applying them, behind the fabric. ' +
          'A held write outlives its client. Of a `link`: frames are kept back until `restore`.',
      ),
    release: z
      .strictObject({ node: nodes(), port: port() })
      .optional()
      .describe('Ends the holds of the nodes’ backend and applies what they held, in order.'),
    discard: z
      .strictObject({ node: nodes(), port: port() })
      .optional()
      .describe(
        'Ends the holds of the nodes’ backend and forgets what they held: it is never applied.',
      ),
    slow: z
      .strictObject({
        node: nodes(),
        port: port(),
        by: duration({ min: 1 }).describe('Time that is added to every request.'),
      })
      .optional()
      .describe('The nodes’ backend answers late, until `restore`.'),
    fail: z
      .strictObject({
        node: nodes(),
        port: port(),
        next: count()
          .optional()
          .describe(
            'Fail only the next so many requests of each node. Default: all until `restore`.',
          ),
        error: z
          .enum(['EIO', 'ENOSPC', 'EPERM', 'ENOMEM'])
          .default('EIO')
          .describe('Error that the backend answers.'),
      })
      .optional()
      .describe('The nodes’ backend answers with an error and applies nothing.'),
    drop: z
      .strictObject({ link: links(), direction: direction() })
      .optional()
      .describe('The link loses every frame, until `restore`.'),
    restore: onlyFor(
      onlyFor(
        exactlyOneOf(
          z.strictObject({
            link: links().optional(),
            direction: direction(),
            node: nodes().optional(),
            port: port(),
          }),
          nodeOrLink,
          'target',
        ),
        'node',
        ['port'],
      ),
      'link',
      ['direction'],
    )
      .optional()
      .describe(
        'Ends every fault of a link (held frames go on, in order) or of a node’s backend ' +
          '(held requests are applied).',
      ),
    resetConnection: z
      .strictObject({
        link: referenceSchema.describe('The path.'),
        queue: z
          .int()
          .min(0)
          .max(scenarioLimits.queues)
          .describe('Number of the queue: 0 is the admin queue, I/O queues are numbered from 1.'),
      })
      .optional()
      .describe(
        'The TCP connection of one queue of a path is lost: the network resets it at both ends.',
      ),
    holdInside: z
      .strictObject({ node: referenceNodes(), port: anyPort() })
      .optional()
      .describe(
        'The controllers of reference nodes keep writes back before they go to the medium, until ' +
          '`releaseInside`. Unlike what the backend holds, such a write ends with its association.',
      ),
    releaseInside: z
      .strictObject({ node: referenceNodes(), port: anyPort() })
      .optional()
      .describe('Lets go what `holdInside` keeps back.'),
    ana: z
      .strictObject({
        node: referenceNodes(),
        port: anyPort(),
        state: anaStateSchema.describe('State that the port reports from now on.'),
      })
      .optional()
      .describe('The ANA state of reference nodes changes; hosts are told by an event.'),
    stop: z
      .strictObject({
        workload: referencesSchema.prefault('all').describe('Jobs to stop.'),
      })
      .optional()
      .describe('Tells fio to stop. It ends once its outstanding I/O has come back.'),
  }),
  actionNames,
  'action',
);

export const stepTextSchema = atMostOneOf(
  z.strictObject({
    at: duration().optional().describe('Fire so long after the workload started.'),
    after: duration().optional().describe('Fire so long after the step before.'),
    when: whenTextSchema.optional().describe('Fire when this event is seen.'),
    jitter: duration()
      .prefault('0s')
      .describe('Add a random time up to this, drawn from the run’s seed.'),
    optional: z.boolean().default(false).describe('A pass does not need this step to have fired.'),
    do: doTextSchema.describe('What the step does: exactly one action.'),
  }),
  ['at', 'after', 'when'],
);
export type StepText = z.output<typeof stepTextSchema>;
export type WhenText = NonNullable<StepText['when']>;
export type DoText = StepText['do'];
