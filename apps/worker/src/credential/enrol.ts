import { connect } from '@fenceline/client';
import type { Capacity } from '@fenceline/contracts/api';
import { answerOf } from '../api/answer-of.js';
import type { Settings } from '../settings/settings.js';
import { readCredential, readSecret, writeCredential, type Credential } from './credential.js';

/**
 * The worker's credential: the one that is kept, or a new one for a join token, which works once.
 *
 * @param capacity what the new worker offers
 * @throws Error that says what is missing
 */
export async function openCredential(settings: Settings, capacity: Capacity): Promise<Credential> {
  const file = settings.FENCELINE_CREDENTIAL_FILE;
  const kept = await readCredential(file);
  if (kept !== null) return kept;
  const tokenFile = settings.FENCELINE_JOIN_TOKEN_FILE;
  if (tokenFile === undefined) {
    throw new Error(
      `${file} is missing: this worker has not enrolled. Name a file with a join token in FENCELINE_JOIN_TOKEN_FILE.`,
    );
  }
  const joinToken = await readSecret(tokenFile);
  if (joinToken === null) throw new Error(`FENCELINE_JOIN_TOKEN_FILE: ${tokenFile} is missing.`);
  const client = connect({ service: settings.FENCELINE_SERVICE });
  const name = settings.FENCELINE_WORKER_NAME;
  const body = { joinToken, name, capacity };
  const credential = await answerOf(client.POST('/worker/enrol', { body }));
  await writeCredential(file, credential);
  return credential;
}
