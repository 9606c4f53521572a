import { z } from 'zod';
import { idSchema, instantSchema, ownedFields } from '../fields.js';
import { operation } from '../operation.js';
import { pageOf, pageQuerySchema } from '../page.js';

const joinTokenSchema = z
  .object({
    ...ownedFields,
    id: idSchema,
    createdAt: instantSchema,
    expiresAt: instantSchema,
    usedAt: instantSchema.nullable(),
    /** The worker that enrolled with it. */
    workerId: idSchema.nullable(),
  })
  .meta({ id: 'JoinToken' });
export type JoinTokenDocument = z.infer<typeof joinTokenSchema>;

export const joinTokenOperations = {
  create: operation({
    id: 'createJoinToken',
    tag: 'access',
    method: 'POST',
    path: '/join-tokens',
    access: 'admin',
    summary: 'Makes a token with which one worker may enrol, once',
    body: z.object({
      expiresInHours: z
        .int()
        .min(1)
        .max(30 * 24)
        .default(24),
    }),
    answer: joinTokenSchema.extend({ secret: z.string() }).meta({ id: 'JoinTokenWithSecret' }),
    idempotent: true,
    secret: true,
  }),
  list: operation({
    id: 'listJoinTokens',
    tag: 'access',
    method: 'GET',
    path: '/join-tokens',
    access: 'admin',
    summary: 'Join tokens of the project, newest first, without their secrets',
    query: pageQuerySchema,
    answer: pageOf('JoinTokenPage', joinTokenSchema),
  }),
  revoke: operation({
    id: 'revokeJoinToken',
    tag: 'access',
    method: 'DELETE',
    path: '/join-tokens/{joinTokenId}',
    access: 'admin',
    summary: 'Removes a join token that nobody has used',
    params: z.object({ joinTokenId: idSchema }),
    problems: ['conflict'],
  }),
};
