import { Injectable } from '@nestjs/common';
import { Problem } from '../http/problem.js';
import type { State } from '../state/model.js';
import type { SeenAttempt } from '../state/seen.js';

/**
 * Keeps out what comes too late: a write of a worker counts only while its attempt is the newest of the job. The token
 * grows with every attempt, so that one of an older attempt is never that of the newest.
 */
@Injectable()
export class FencingCheck {
  /**
   * @returns the state that the state machine is to go on from
   * @throws Problem `superseded`
   */
  admit(seen: SeenAttempt, fencingToken: string): State {
    if (!seen.attempt.newest || seen.attempt.fencingToken !== fencingToken) {
      throw new Problem('superseded', 'A newer attempt has taken the place of this one.', {
        mend: 'Stop, and surrender what was recorded.',
      });
    }
    return seen.state;
  }
}
