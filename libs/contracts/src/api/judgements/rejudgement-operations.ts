import { z } from 'zod';
import { idSchema } from '../fields.js';
import { operation } from '../operation.js';
import { pageOf, pageQuerySchema } from '../page.js';
import {
  newRejudgementSchema,
  rejudgementItemSchema,
  rejudgementItemStateSchema,
  rejudgementSchema,
} from './rejudgement.js';

const params = z.object({ rejudgementId: idSchema });

export const rejudgementOperations = {
  create: operation({
    id: 'createRejudgement',
    tag: 'judgements',
    method: 'POST',
    path: '/rejudgements',
    access: 'operate',
    summary:
      'Has workers judge the kept evidence of jobs again; outcomes stay as they are, whatever comes out',
    body: newRejudgementSchema,
    answer: rejudgementSchema,
    problems: ['too-many-jobs'],
    idempotent: true,
  }),
  list: operation({
    id: 'listRejudgements',
    tag: 'judgements',
    method: 'GET',
    path: '/rejudgements',
    access: 'read',
    summary: 'Rejudgements, newest first',
    query: pageQuerySchema,
    answer: pageOf('RejudgementPage', rejudgementSchema),
  }),
  show: operation({
    id: 'showRejudgement',
    tag: 'judgements',
    method: 'GET',
    path: '/rejudgements/{rejudgementId}',
    access: 'read',
    summary: 'One rejudgement, and how far it is',
    params,
    answer: rejudgementSchema,
  }),
  items: operation({
    id: 'listRejudgementItems',
    tag: 'judgements',
    method: 'GET',
    path: '/rejudgements/{rejudgementId}/items',
    access: 'read',
    summary:
      'Its jobs, newest first, with the verdict before and after and the rules gained and lost',
    params,
    query: pageQuerySchema.extend({
      state: rejudgementItemStateSchema.optional(),
      /** Those alone whose new judgement is another one, or is not. */
      changed: z.stringbool().optional(),
    }),
    answer: pageOf('RejudgementItemPage', rejudgementItemSchema),
  }),
  cancel: operation({
    id: 'cancelRejudgement',
    tag: 'judgements',
    method: 'POST',
    path: '/rejudgements/{rejudgementId}/cancel',
    access: 'operate',
    summary:
      'Ends what waits or is being judged; judgements that are there stay; to say it again is no error',
    params,
    answer: rejudgementSchema,
    status: 200,
  }),
};
