import { Injectable } from '@nestjs/common';
import { Problem } from '../http/problem.js';
import type { LockedAttempt } from '../state/lock.js';

/**
 * Keeps out what comes too late: a write of a worker counts only while its attempt is the newest of the job. The token
 * grows with every attempt, so that one of an older attempt is never that of the newest.
 */
@Injectable()
export class FencingCheck {
  /**
   * @returns the attempt as the state machine is to see it
   * @throws Problem `superseded`
   */
  admit(locked: LockedAttempt, fencingToken: string): LockedAttempt {
    if (!locked.attempt.newest || locked.attempt.fencingToken !== fencingToken) {
      throw new Problem('superseded', 'A newer attempt has taken the place of this one.', {
        mend: 'Stop, and surrender what was recorded.',
      });
    }
    return locked;
  }
}
