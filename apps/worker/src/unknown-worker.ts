import { Refused } from './api/api-error.js';
import type { Settings } from './settings/settings.js';

/** The service does not know the credential of this worker: no other try will go better. */
export class UnknownWorker extends Error {
  override name = 'UnknownWorker';

  constructor({
    FENCELINE_SERVICE: service,
    FENCELINE_CREDENTIAL_FILE: file,
  }: Pick<Settings, 'FENCELINE_SERVICE' | 'FENCELINE_CREDENTIAL_FILE'>) {
    super(
      `${service} does not know this worker (any more). To mend it: remove ${file}, and start the worker with a new join token (fenceline admin worker join-token) in the file that FENCELINE_JOIN_TOKEN_FILE names.`,
    );
  }
}

/** What ends the worker, said so that somebody can mend it. */
export function explainEnd(error: unknown, settings: Settings): unknown {
  return error instanceof Refused && error.problem === 'unauthenticated'
    ? new UnknownWorker(settings)
    : error;
}
