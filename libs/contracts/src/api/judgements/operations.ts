import { z } from 'zod';
import { verdictSchema } from '../../verdict.js';
import { idSchema, sha256Schema } from '../fields.js';
import { operation } from '../operation.js';
import { judgementDetailSchema, judgementSchema } from './judgement.js';

const jobParams = z.object({ jobId: idSchema });

export const judgementOperations = {
  list: operation({
    id: 'listJudgements',
    tag: 'judgements',
    method: 'GET',
    path: '/jobs/{jobId}/judgements',
    access: 'read',
    summary: 'The judgements of a job; the first one, which decided its outcome, first',
    params: jobParams,
    answer: z.object({ items: z.array(judgementSchema) }).meta({ id: 'JudgementList' }),
  }),
  show: operation({
    id: 'showJudgement',
    tag: 'judgements',
    method: 'GET',
    path: '/judgements/{judgementId}',
    access: 'read',
    summary: 'One judgement with its verdict document',
    params: z.object({ judgementId: idSchema }),
    answer: judgementDetailSchema,
  }),
  add: operation({
    id: 'addJudgement',
    tag: 'judgements',
    method: 'POST',
    path: '/jobs/{jobId}/judgements',
    access: 'operate',
    summary:
      'Adds a judgement of published evidence, made elsewhere with `fenceline judge --json`; the outcome stays as it is',
    params: jobParams,
    body: z.strictObject({
      /** Of the evidence that was judged, as it was published. */
      evidenceSha256: sha256Schema,
      document: verdictSchema,
    }),
    answer: judgementDetailSchema,
    problems: ['conflict'],
    idempotent: true,
  }),
};
