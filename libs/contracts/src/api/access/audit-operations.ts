import { z } from 'zod';
import { bigNumberSchema, idSchema, instantSchema, ownedFields } from '../fields.js';
import { operation } from '../operation.js';
import { pageOf, pageQuerySchema } from '../page.js';
import { ownerSchema } from './token-operations.js';

const auditEntrySchema = z
  .object({
    projectId: ownedFields.projectId,
    id: bigNumberSchema,
    /** Owner of the token, or name of the worker. */
    actor: z.string(),
    tokenId: idSchema.nullable(),
    /** The operation, e.g. `cancelJob`. */
    action: z.string(),
    /** Id or hash of the thing that was changed or made. */
    subject: z.string().nullable(),
    createdAt: instantSchema,
  })
  .meta({ id: 'AuditEntry' });
export type AuditEntryDocument = z.infer<typeof auditEntrySchema>;

export const auditOperations = {
  list: operation({
    id: 'listAudit',
    tag: 'access',
    method: 'GET',
    path: '/audit',
    access: 'admin',
    summary: 'Every change that somebody made, newest first',
    query: pageQuerySchema.extend({
      actor: ownerSchema.optional(),
      action: z
        .string()
        .regex(/^[A-Za-z]{1,64}$/, { error: 'is not the name of an operation' })
        .optional(),
    }),
    answer: pageOf('AuditPage', auditEntrySchema),
  }),
};
