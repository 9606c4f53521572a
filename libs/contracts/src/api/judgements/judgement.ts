import { z } from 'zod';
import {
  profileNameSchema,
  ruleNameSchema,
  verdictSchema,
  verdictValueSchema,
} from '../../verdict.js';
import { idSchema, instantSchema, ownedFields, sha256Schema } from '../fields.js';

/** A document beside the evidence. The first one of a job decides its outcome; later ones change nothing. */
export const judgementSchema = z
  .object({
    ...ownedFields,
    id: idSchema,
    jobId: idSchema,
    attemptId: idSchema,
    /** Of the published evidence that was judged. */
    evidenceSha256: sha256Schema,
    verifierVersion: z.string(),
    profile: profileNameSchema,
    verdict: verdictValueSchema,
    asExpected: z.boolean(),
    /** Rules that are violated. */
    rules: z.array(ruleNameSchema),
    createdAt: instantSchema,
  })
  .meta({ id: 'Judgement' });
export type Judgement = z.infer<typeof judgementSchema>;

export const judgementDetailSchema = judgementSchema
  .extend({ document: verdictSchema })
  .meta({ id: 'JudgementDetail' });
export type JudgementDetail = z.infer<typeof judgementDetailSchema>;
