import { Inject, Injectable } from '@nestjs/common';
import { Database } from '../database/database.js';
import type { LabNeeds } from '../runs/lab-needs.js';
import { SETTINGS, type Settings } from '../settings/settings.js';
import { leasesExpire } from '../state/leases.js';
import { absentSeconds } from '../workers/presence.js';
import { readCandidates } from './read-candidates.js';
import { whyWaiting } from './why-waiting.js';

/** Says why jobs wait, by what the workers are now. */
@Injectable()
export class WaitingReason {
  constructor(
    private readonly database: Database,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  /** @returns one sentence */
  async of(projectId: string, needs: LabNeeds): Promise<string> {
    const expire = await leasesExpire(this.database, this.settings.FENCELINE_LEASE_SECONDS);
    const absent = absentSeconds(this.settings);
    return whyWaiting(needs, await readCandidates(this.database, projectId, absent, expire));
  }
}
