import { setTimeout as delay } from 'node:timers/promises';
import type { Call } from './call.js';
import type { Cell, Coverage, AttemptState } from './coverage.js';
import { between, shuffled, type Random } from './random.js';
import type { Place } from './network/place.js';
import type { Service } from './service.js';
import type { ChaosWorker } from './worker.js';

export interface Stage {
  service: Service;
  workers: readonly { worker: ChaosWorker; place: Place }[];
  leaseSeconds: number;
  claimSeconds: number;
  /** Faults last until somebody else must act: a killed worker stays away, a stopped one until it is replaced. */
  harsh: boolean;
}

/** What a fault takes for itself as long as it lasts. */
type Resource = 'redis' | 'postgres' | 'control plane' | number;

/** A moment in the life of an attempt: the call that told of it is held until it is over. */
interface Moment {
  worker: number;
  attemptId: string;
  state: AttemptState;
  call: Call;
  phase: 'asked' | 'answered';
  /** The request went down with who sent it. */
  lost?: boolean;
}

/** Workers that may be away at the same time. */
const mostWorkersAway = 2;

/**
 * Makes faults happen. Each waits for an attempt in the state that it is wanted in, and takes one of those by chance; what
 * Postgres says at that moment counts, and not what we think.
 */
export class Director {
  private readonly wanted: Cell[];
  private readonly total: number;
  private readonly busy = new Set<Resource>();
  private readonly repairs = new Set<Promise<void>>();
  private readonly failures: unknown[] = [];
  private claims = 0;
  private ended = false;

  /** @param claimsOfAll claims after which every fault is to have happened */
  constructor(
    private readonly stage: Stage,
    private readonly random: Random,
    private readonly coverage: Coverage,
    cells: readonly Cell[],
    private readonly claimsOfAll: number,
  ) {
    this.wanted = shuffled(random, cells);
    this.total = cells.length;
  }

  /** How many faults have not happened yet. */
  get left(): number {
    return this.wanted.length;
  }

  /** Called before a request goes on to the service. @returns whether it does */
  async asked(
    worker: number,
    call: Call,
    attemptOf: (uploadId: string) => string | null,
  ): Promise<boolean> {
    const moments = this.momentsOf(worker, call, attemptOf);
    for (const moment of moments) await this.at(moment);
    return !moments.some(({ lost }) => lost === true);
  }

  private momentsOf(
    worker: number,
    call: Call,
    attemptOf: (uploadId: string) => string | null,
  ): Moment[] {
    const attemptId = call.name === 'part' ? attemptOf(call.uploadId!) : call.attemptId;
    if (attemptId === null) return [];
    const moment = (state: AttemptState): Moment => ({
      ...{ worker, attemptId, state, call },
      phase: 'asked',
    });
    switch (call.name) {
      case 'claim':
        this.claims += 1;
        return [moment('assigned')];
      case 'advance':
        return call.to === 'running' ? [moment('preparing')] : [];
      case 'part':
        return [moment('uploading'), moment('judging')];
      case 'finish':
        return [moment('judging')];
      case 'hello':
      case 'assignments':
      case 'renew':
      case 'surrender':
      case 'create-upload':
      case 'complete':
      case 'other':
        return [];
    }
  }

  /** Called before an answer goes back to the worker. */
  async answered(worker: number, call: Call, status: number) {
    if (call.name !== 'advance' || status !== 200) return;
    const state = call.to as AttemptState;
    await this.at({ worker, attemptId: call.attemptId!, state, call, phase: 'answered' });
  }

  /** No fault begins any more; resolves when the last one is over. @throws what went wrong with one */
  async end(): Promise<void> {
    this.ended = true;
    await this.settled();
  }

  /** Resolves when no fault goes on. @throws what went wrong with one */
  async settled(): Promise<void> {
    while (this.repairs.size > 0) await Promise.all(this.repairs);
    if (this.failures.length > 0) throw new AggregateError(this.failures, 'a fault failed');
  }

  private async at(moment: Moment): Promise<void> {
    const begun = this.total - this.wanted.length;
    if (this.ended || begun >= (this.claims / this.claimsOfAll) * this.total) return;
    // Not the first chance that comes.
    if (this.random.oneIn(2)) return;
    const index = this.wanted.findIndex((cell) => this.fits(cell, moment));
    if (index < 0) return;
    const [cell] = this.wanted.splice(index, 1) as [Cell];
    const resource = this.resourceOf(cell, moment);
    this.busy.add(resource);
    if (moment.state === 'running') await delay(between(this.random, 0, 150));
    if (
      (await this.stateOf(moment.attemptId)) !== cell.state ||
      !(await this.strike(cell, moment))
    ) {
      this.busy.delete(resource);
      this.wanted.push(cell);
      return;
    }
    this.coverage.hit(cell);
  }

  private fits({ fault, state }: Cell, moment: Moment): boolean {
    if (state !== moment.state) return false;
    if (fault === 'upload cut' && moment.call.name !== 'part') return false;
    if (fault === 'lab killed' && moment.phase !== 'answered') return false;
    const resource = this.resourceOf({ fault, state }, moment);
    if (this.busy.has(resource)) return false;
    const away = [...this.busy].filter((one) => typeof one === 'number').length;
    return typeof resource !== 'number' || away < mostWorkersAway;
  }

  private resourceOf({ fault }: Cell, { worker }: Moment): Resource {
    switch (fault) {
      case 'Redis killed, back empty':
        return 'redis';
      case 'Postgres restarted':
        return 'postgres';
      case 'control plane killed':
        return 'control plane';
      case 'worker killed':
      case 'worker stopped past its lease':
      case 'lab killed':
      case 'network of a worker cut':
      case 'upload cut':
        return worker;
    }
  }

  private async stateOf(attemptId: string): Promise<string | null> {
    const [row] = await this.stage.service.rows.read<{ state: string }>(
      'SELECT state::text FROM attempts WHERE id = $1',
      [attemptId],
    );
    return row?.state ?? null;
  }

  /** Lets it happen, and what follows go on by itself. False where there was nothing to strike. */
  private async strike(cell: Cell, moment: Moment): Promise<boolean> {
    const { service, workers } = this.stage;
    const { worker, place } = workers[moment.worker]!;
    const within = (ms: number) => between(this.random, 0, ms);
    switch (cell.fault) {
      case 'worker killed': {
        const awayMs = within(this.stage.leaseSeconds * 2_000);
        moment.lost = this.random.oneIn(2) || this.stage.harsh;
        await worker.kill();
        this.repair(cell, moment, async () => {
          if (this.stage.harsh) return;
          await delay(awayMs);
          await worker.startAgain();
        });
        return true;
      }
      case 'worker stopped past its lease': {
        const moreMs = within(1_500);
        const replaced = !this.random.oneIn(3) || this.stage.harsh;
        worker.stop();
        this.repair(cell, moment, async () => {
          await this.untilPastLease(moment.attemptId, replaced ? 4 : 0);
          await delay(moreMs);
          worker.goOn();
        });
        return true;
      }
      case 'lab killed': {
        const pid = await worker.labOf(moment.attemptId);
        if (pid === null) return false;
        process.kill(pid, 'SIGKILL');
        this.repair(cell, moment, () => Promise.resolve());
        return true;
      }
      case 'Redis killed, back empty': {
        const awayMs = within(1_000);
        this.repair(cell, moment, () => service.killRedis(awayMs));
        return true;
      }
      case 'Postgres restarted': {
        const awayMs = within(500);
        const how = this.random.pick(['fast', 'crash'] as const);
        this.repair(cell, moment, () => service.restartPostgres(how, awayMs));
        return true;
      }
      case 'control plane killed': {
        const awayMs = within(1_000);
        const index = this.random.below(service.controlPlaneCount);
        this.repair(cell, moment, () => service.killControlPlane(index, awayMs));
        return true;
      }
      case 'network of a worker cut': {
        const awayMs = within(this.stage.leaseSeconds * 3_000);
        place.cut();
        this.repair(cell, moment, async () => {
          await delay(awayMs);
          place.mend();
        });
        return true;
      }
      case 'upload cut':
        worker.line.cutUpload(moment.call.uploadId!, between(this.random, 0, 1));
        this.repair(cell, moment, () => Promise.resolve());
        return true;
    }
  }

  private repair(cell: Cell, moment: Moment, work: () => Promise<void>): void {
    const resource = this.resourceOf(cell, moment);
    const repair = work()
      .catch((error: unknown) => this.failures.push(error))
      .then(() => {
        this.busy.delete(resource);
        this.repairs.delete(repair);
      });
    this.repairs.add(repair);
  }

  /**
   * Waits until an attempt has ended, or its lease has been over for so many leases more. One that nobody has claimed has
   * no lease: there it is the time for the claim that passes.
   */
  private async untilPastLease(attemptId: string, leasesMore: number): Promise<void> {
    const { leaseSeconds, claimSeconds } = this.stage;
    for (;;) {
      const [row] = await this.stage.service.rows.read<{ past: boolean }>(
        `SELECT state = 'ended' OR coalesce(lease_expires_at < now() - make_interval(secs => $3),
                assigned_at < now() - make_interval(secs => $2 + $3)) AS past
           FROM attempts WHERE id = $1`,
        [attemptId, claimSeconds, leasesMore * leaseSeconds],
      );
      if (row?.past !== false) return;
      await delay(50);
    }
  }
}
