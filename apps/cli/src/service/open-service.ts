import { connect, type Client } from '@fenceline/client';
import { UsageError } from '../usage-error.js';
import { readLogins } from './login-file.js';
import { serviceAddress } from './service-address.js';

/** A service, and who calls it. */
export interface Service {
  url: string;
  token: string;
  client: Client;
}

/**
 * The service that is meant: `FENCELINE_SERVICE`, else the one of the last login; with `FENCELINE_TOKEN`, else the token of
 * the login there. A token of one service is never sent to another.
 *
 * @throws UsageError where nobody has said which, or who
 */
export async function openService(env: NodeJS.ProcessEnv = process.env): Promise<Service> {
  const logins = await readLogins();
  const given = env['FENCELINE_SERVICE'] || logins.service;
  if (given === null) {
    throw new UsageError(
      'Which service? Log in to one (fenceline login http://HOST:PORT), or set FENCELINE_SERVICE and FENCELINE_TOKEN.',
    );
  }
  const url = serviceAddress(given);
  const token = env['FENCELINE_TOKEN'] || logins.tokens[url];
  if (token === undefined) {
    throw new UsageError(
      `There is no token for ${url}: fenceline login ${url}, or set FENCELINE_TOKEN.`,
    );
  }
  return { url, token, client: connect({ service: url, token }) };
}
