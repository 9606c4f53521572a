import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, type ReactNode } from 'react';
import { Failed, Loading } from '../ui/states.js';
import {
  isSignedOut,
  onSessionOfOtherTabs,
  onSignInLink,
  sessionKey,
  SessionProvider,
  sessionQuery,
} from './session.js';
import { SignIn } from './sign-in.js';

/** Shows the pages to who is signed in, and the form to everybody else. */
export function SessionGate({ children }: { children: ReactNode }) {
  const queries = useQueryClient();
  const session = useQuery(sessionQuery);
  useEffect(() => {
    const readAnew = () => void queries.invalidateQueries({ queryKey: sessionKey });
    const ends = [onSessionOfOtherTabs(readAnew), onSignInLink(readAnew)];
    return () => ends.forEach((end) => end());
  }, [queries]);
  if (session.data === undefined) {
    return (
      <main>
        {session.error === null ? (
          <Loading />
        ) : (
          <Failed error={session.error} onRetry={() => void session.refetch()} />
        )}
      </main>
    );
  }
  if (isSignedOut(session.data)) return <SignIn reason={session.data.reason} />;
  return <SessionProvider value={session.data}>{children}</SessionProvider>;
}
