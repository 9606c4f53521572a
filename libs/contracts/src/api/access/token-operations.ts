import { z } from 'zod';
import { idSchema, instantSchema, ownedFields } from '../fields.js';
import { operation } from '../operation.js';
import { pageOf, pageQuerySchema } from '../page.js';
import { scopeSchema } from '../scope.js';

/** Name of a person or pipeline: the owner of all that its tokens make. */
export const ownerSchema = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._@+-]{0,99}$/, {
  error: 'is not an owner: letters, digits and . _ @ + -, at most 100',
});

/** What somebody says of a token that is to be made. */
export const newTokenSchema = z.object({
  owner: ownerSchema,
  /** What it is for. */
  name: z.string().trim().min(1).max(100),
  scopes: z
    .array(scopeSchema)
    .min(1)
    .max(scopeSchema.options.length)
    .refine((scopes) => new Set(scopes).size === scopes.length, { error: 'names a scope twice' }),
  /** Null: it holds until it is revoked. */
  expiresAt: instantSchema.nullable().default(null),
});
export type NewToken = z.infer<typeof newTokenSchema>;

const tokenSchema = z
  .object({
    ...ownedFields,
    id: idSchema,
    name: z.string(),
    scopes: z.array(scopeSchema),
    createdAt: instantSchema,
    expiresAt: instantSchema.nullable(),
    /** To the minute. */
    lastUsedAt: instantSchema.nullable(),
    revokedAt: instantSchema.nullable(),
  })
  .meta({ id: 'Token' });
export type TokenDocument = z.infer<typeof tokenSchema>;

const params = z.object({ tokenId: idSchema });

export const tokenOperations = {
  create: operation({
    id: 'createToken',
    tag: 'access',
    method: 'POST',
    path: '/tokens',
    access: 'admin',
    summary: 'Makes a token of any scopes; its secret is in this answer and never again',
    body: newTokenSchema,
    answer: tokenSchema.extend({ secret: z.string() }).meta({ id: 'TokenWithSecret' }),
    idempotent: true,
    secret: true,
  }),
  list: operation({
    id: 'listTokens',
    tag: 'access',
    method: 'GET',
    path: '/tokens',
    access: 'admin',
    summary: 'Tokens of the project, newest first, without their secrets',
    query: pageQuerySchema.extend({ owner: ownerSchema.optional() }),
    answer: pageOf('TokenPage', tokenSchema),
  }),
  show: operation({
    id: 'showToken',
    tag: 'access',
    method: 'GET',
    path: '/tokens/{tokenId}',
    access: 'admin',
    summary: 'One token, without its secret',
    params,
    answer: tokenSchema,
  }),
  revoke: operation({
    id: 'revokeToken',
    tag: 'access',
    method: 'DELETE',
    path: '/tokens/{tokenId}',
    access: 'admin',
    summary: 'Ends a token and its sessions, at once and for good; to say it again is no error',
    params,
  }),
};
