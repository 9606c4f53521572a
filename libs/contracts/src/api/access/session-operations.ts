import { z } from 'zod';
import { instantSchema, ownedFields } from '../fields.js';
import { operation } from '../operation.js';
import { scopeSchema } from '../scope.js';

/** The browser's cookie: HttpOnly, so that no script reads it. */
export const sessionCookie = 'fenceline_session';

/** Header that unsafe requests of a cookie session carry; its value is `headerToken` of the session. */
export const sessionHeader = 'X-Fenceline-Token';

const secretSchema = z.string().min(1).max(200);

const whoSchema = z
  .object({
    ...ownedFields,
    /** Empty for a worker. */
    scopes: z.array(scopeSchema),
    /** To be sent as `X-Fenceline-Token` with every POST, PUT, PATCH and DELETE; null outside of a cookie session. */
    headerToken: z.string().nullable(),
    /** Of the session or the token. */
    expiresAt: instantSchema.nullable(),
  })
  .meta({ id: 'Who' });
export type Who = z.infer<typeof whoSchema>;

export const sessionOperations = {
  signIn: operation({
    id: 'signIn',
    tag: 'access',
    method: 'POST',
    path: '/session',
    access: 'public',
    summary: 'Takes a token, or a one-time code, and gives the browser a session in a cookie',
    body: z.union([
      z.strictObject({ token: secretSchema }),
      z.strictObject({ code: secretSchema }),
    ]),
    answer: whoSchema,
    problems: ['unauthenticated', 'forbidden'],
    secret: true,
  }),
  show: operation({
    id: 'showSession',
    tag: 'access',
    method: 'GET',
    path: '/session',
    access: 'public',
    summary: 'Who sends this request, by its token or cookie, and what they may do',
    answer: whoSchema,
    problems: ['unauthenticated'],
    secret: true,
  }),
  signOut: operation({
    id: 'signOut',
    tag: 'access',
    method: 'DELETE',
    path: '/session',
    access: 'public',
    summary: 'Ends the session of the cookie, and takes the cookie away',
    problems: ['forbidden'],
  }),
  createCode: operation({
    id: 'createSignInCode',
    tag: 'access',
    method: 'POST',
    path: '/sign-in-codes',
    access: 'read',
    summary: 'Makes a code that signs one browser in, once, as the token that asks',
    answer: z
      .object({
        code: z.string(),
        /** Below the address of the service; the code is in the fragment, which no browser sends. */
        path: z.string(),
        expiresAt: instantSchema,
      })
      .meta({ id: 'SignInCode' }),
    secret: true,
  }),
};
