import { verifierVersion } from '@fenceline/judge/version';
import { rejudgeItem, type RejudgeServices } from './rejudge-item.js';

/** Judges kept evidence again while there is some, one piece after the other. */
export class Rejudger {
  private readonly left = new AbortController();
  private working: Promise<void> | null = null;

  /** @param mayBegin whether this worker has room for another one now */
  constructor(
    private readonly services: RejudgeServices,
    private readonly mayBegin: () => boolean,
  ) {}

  /** The service has some. Nothing more is begun while it is at work on what it had. */
  offer(): void {
    this.working ??= this.work().finally(() => (this.working = null));
  }

  /** Ends at once what is being judged. */
  leave(): void {
    this.left.abort(new Error('this worker leaves it'));
  }

  /** Resolves when nothing is being judged. */
  async end(): Promise<void> {
    await this.working;
  }

  private async work(): Promise<void> {
    const { api, log } = this.services;
    try {
      while (this.mayBegin()) {
        const work = await api.claimRejudging(verifierVersion);
        if (work === null) return;
        await rejudgeItem(this.services, work, this.left.signal);
      }
    } catch (error) {
      // The next poll offers it again.
      log.debug({ err: error }, 'nothing to judge again was claimed');
    }
  }
}
