import { ServiceProblem } from '@fenceline/client';
import { QueryCache, QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { LiveProvider } from '../live/live-provider.js';
import { SessionGate } from '../session/session-gate.js';
import { sessionKey } from '../session/session.js';
import { Pages } from './pages.js';
import { Shell } from './shell.js';

const queries: QueryClient = new QueryClient({
  defaultOptions: {
    queries: {
      // The stream of events says when something has changed.
      staleTime: 60_000,
      refetchOnWindowFocus: false,
      retry: (failures, error) =>
        failures < 3 && !(error instanceof ServiceProblem && error.status < 500),
    },
  },
  queryCache: new QueryCache({
    onError: (error, { queryKey }) => {
      const isRefused = error instanceof ServiceProblem && error.status === 401;
      if (isRefused && queryKey[0] !== sessionKey[0]) {
        void queries.invalidateQueries({ queryKey: sessionKey });
      }
    },
  }),
});

export function App() {
  return (
    <QueryClientProvider client={queries}>
      <SessionGate>
        <LiveProvider>
          <Shell>
            <Pages />
          </Shell>
        </LiveProvider>
      </SessionGate>
    </QueryClientProvider>
  );
}
