import { Inject, Injectable } from '@nestjs/common';
import { Background } from '../background/background.js';
import { Database } from '../database/database.js';
import { SETTINGS, type Settings } from '../settings/settings.js';
import { touchServiceClock } from '../state/leases.js';

/** Every control plane says that the service is alive, so that an outage is seen once it is over. */
@Injectable()
export class ServiceClock {
  constructor(
    private readonly database: Database,
    @Inject(SETTINGS) private readonly settings: Settings,
    background: Background,
  ) {
    background.add({
      name: 'service clock',
      everyMs: Math.min(1000, settings.FENCELINE_LEASE_SECONDS * 50),
      turn: () => this.touch(),
    });
  }

  async touch(): Promise<void> {
    await touchServiceClock(this.database, this.settings.FENCELINE_LEASE_SECONDS);
  }
}
