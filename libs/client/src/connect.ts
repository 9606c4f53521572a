import { sessionHeader } from '@fenceline/contracts/api';
import createClient, { type Client as FetchClient } from 'openapi-fetch';
import type { paths } from './generated/api.js';

/** The API, typed by its OpenAPI document: `client.GET('/jobs/{jobId}', { params })`. */
export type Client = FetchClient<paths>;

export interface ConnectOptions {
  /** Address of the service, e.g. `http://127.0.0.1:8080`. */
  service: string;
  /** A token, or the credential of a worker. */
  token?: string;
  /** In a browser that has a session's cookie: `headerToken` of the session, as it is then; null where there is none. */
  headerToken?: () => string | null;
  /** @defaultValue the platform's `fetch` */
  fetch?: typeof fetch;
}

/** A client of the service at an address. Nothing is sent yet. */
export function connect({ service, token, headerToken, fetch }: ConnectOptions): Client {
  const client = createClient<paths>({
    baseUrl: new URL('/api/v1', service).href,
    ...(token !== undefined && { headers: { authorization: `Bearer ${token}` } }),
    ...(fetch !== undefined && { fetch }),
  });
  if (headerToken !== undefined) {
    client.use({
      onRequest: ({ request }) => {
        const value = headerToken();
        if (value !== null && !['GET', 'HEAD'].includes(request.method)) {
          request.headers.set(sessionHeader, value);
        }
      },
    });
  }
  return client;
}
