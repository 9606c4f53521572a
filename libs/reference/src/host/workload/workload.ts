import { fioBytes, type FioOptions, type Scheduler } from '@fenceline/contracts';
import type { RoomPool } from '@fenceline/nvme';
import type { Medium, Random } from '../../transport.js';
import { Job } from './job.js';
import { Tally, type WorkloadResult } from './tally.js';

/** The fio jobs of a scenario, run on a medium without fio. */
export class Workload {
  readonly #jobs: Job[];

  /**
   * Starts its jobs.
   *
   * @param done called once, with what was seen, when every job has ended and its I/O has come back; never before
   *   the constructor returns
   * @param payloads where the bytes of writes lie that are used again once the answer has come. Only for connections that
   *   let go of what the other side has acknowledged, with a controller that answers a command when all of it has come;
   *   without it each write has new memory
   */
  constructor(
    medium: Medium,
    scheduler: Scheduler,
    random: Random,
    fio: FioOptions,
    done: (result: WorkloadResult) => void,
    payloads: RoomPool | null = null,
  ) {
    const tally = new Tally(scheduler);
    const nonce = random();
    const ownsRegion = fio.numjobs === 1 || fioBytes(fio.offset_increment) >= fioBytes(fio.size);
    let left = fio.numjobs;
    const ended = () => {
      if (--left === 0) done(tally.result());
    };
    this.#jobs = Array.from(
      { length: fio.numjobs },
      (_, number) =>
        new Job({
          medium,
          scheduler,
          random,
          fio,
          number,
          nonce,
          ownsRegion,
          tally,
          payloads,
          ended,
        }),
    );
  }

  /** Asks every job to begin nothing more, as Ctrl-C asks fio. */
  stop(): void {
    for (const job of this.#jobs) job.stop();
  }
}
