import { answerOf, ServiceProblem } from '@fenceline/client';
import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { createContext, use } from 'react';
import type { Who } from '../app/api-types.js';
import { service, setHeaderToken } from '../app/service.js';
import { takeCode } from './take-code.js';

/** Why nobody is signed in, where the reader should know. */
export interface SignedOut {
  signedOut: true;
  reason: string | null;
}

export type Session = Who | SignedOut;

export const sessionKey = ['session'] as const;

export function isSignedOut(session: Session): session is SignedOut {
  return 'signedOut' in session;
}

const sessionContext = createContext<Who | null>(null);
export const SessionProvider = sessionContext;

/** Who is signed in. @throws Error outside of the pages that need it */
export function useWho(): Who {
  const who = use(sessionContext);
  if (who === null) throw new Error('nobody is signed in here');
  return who;
}

/** Finds out who is signed in; a code in the address is redeemed first, once. */
export const sessionQuery = queryOptions<Session>({
  queryKey: sessionKey,
  staleTime: Infinity,
  retry: (failures, error) => failures < 3 && !(error instanceof ServiceProblem),
  queryFn: async () => {
    const code = codeOfAddress();
    return keep(code === null ? await readSession() : await redeem(code));
  },
});

/** Signs in with a token. */
export function useSignIn() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async (token: string) =>
      answerOf(service.POST('/session', { body: { token: token.trim() } })),
    onSuccess: (who) => {
      client.setQueryData(sessionKey, keep(who));
      announceSession();
    },
  });
}

export function useSignOut() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => answerOf(service.DELETE('/session')),
    onSettled: () => {
      client.setQueryData<Session>(sessionKey, keep({ signedOut: true, reason: null }));
      // Who signs in next shall see nothing of it.
      client.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== sessionKey[0] });
      announceSession();
    },
  });
}

const sessionChannel = 'fenceline.session';

/** Other tabs of this browser have the same cookie. */
export function announceSession(): void {
  const channel = new BroadcastChannel(sessionChannel);
  channel.postMessage(null);
  channel.close();
}

/** @returns a function that ends it */
export function onSessionOfOtherTabs(then: () => void): () => void {
  const channel = new BroadcastChannel(sessionChannel);
  channel.onmessage = then;
  return () => channel.close();
}

/** A sign-in link that is opened over a page of the service loads nothing anew. @returns a function that ends it */
export function onSignInLink(then: () => void): () => void {
  const look = () => {
    if (takeCode(window.location.hash).code !== null) then();
  };
  window.addEventListener('hashchange', look);
  return () => window.removeEventListener('hashchange', look);
}

function keep(session: Session): Session {
  setHeaderToken(isSignedOut(session) ? null : session.headerToken);
  return session;
}

/** Takes the code out of the address, so that no history and no copied link has it. */
function codeOfAddress(): string | null {
  const { hash, pathname, search } = window.location;
  const { code, rest } = takeCode(hash);
  if (code !== null) window.history.replaceState(null, '', pathname + search + rest);
  return code;
}

async function redeem(code: string): Promise<Session> {
  try {
    return await answerOf(service.POST('/session', { body: { code } }));
  } catch (error) {
    if (!(error instanceof ServiceProblem)) throw error;
    // An old link of somebody who is signed in already is no reason to ask.
    const session = await readSession();
    return isSignedOut(session) ? { signedOut: true, reason: error.detail } : session;
  }
}

async function readSession(): Promise<Session> {
  try {
    return await answerOf(service.GET('/session'));
  } catch (error) {
    if (error instanceof ServiceProblem && error.status === 401) {
      return { signedOut: true, reason: null };
    }
    throw error;
  }
}
