import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { whenCutShort } from '../../support/when-cut-short.js';
import { checkHistory, type Breach } from './checker/check-history.js';
import type { ServiceHistory } from './checker/history.js';
import { readHistory } from './checker/read-history.js';
import { StoreWatch } from './checker/store-watch.js';
import { Completions } from './harness/completions.js';
import { Coverage, requiredCells, type Cell } from './harness/coverage.js';
import { Director } from './harness/director.js';
import { findLeftovers } from './harness/leftovers.js';
import { openPlaces } from './harness/network/open-places.js';
import type { Place, Places } from './harness/network/place.js';
import { Random, shuffled } from './harness/random.js';
import { RunTraces } from './harness/run-traces.js';
import { Service, type Defence } from './harness/service.js';
import { Submitter } from './harness/submitter.js';
import { Subscriber } from './harness/subscriber.js';
import { WorkerLine } from './harness/worker-line.js';
import { ChaosWorker } from './harness/worker.js';

export interface ChaosOptions {
  seed: number;
  /** Jobs; some more are submitted where a fault still waits for its moment. */
  jobs: number;
  /** Faults that are to happen, each in its state. @defaultValue every required one once */
  cells?: readonly Cell[];
  without?: Defence;
  /** Labs that a worker runs at the same time. @defaultValue 3 */
  slots?: number;
  /** See `Stage`. @defaultValue false */
  harsh?: boolean;
  /** Time without an event after which nothing more is expected, s. @defaultValue 30 */
  quietSeconds?: number;
}

export interface ChaosReport {
  history: ServiceHistory;
  breaches: Breach[];
  coverage: Coverage;
  /** What was tried and how it came out, for people. */
  summary: string;
}

const workerCount = 3;
const leaseSeconds = 1.5;
const claimSeconds = 2;
/** Jobs that are added at a time where faults wait for their moments. */
const moreJobs = 10;
/** A worker that drains longer than this does not come to its end. */
const drainMs = 60_000;

/** Runs jobs through a whole service while faults happen to it, and checks what came of it. */
export async function runChaos(options: ChaosOptions): Promise<ChaosReport> {
  const traces = new RunTraces();
  const places = openPlaces(workerCount);
  const remove = () => {
    traces.remove();
    places.remove();
  };
  const undone = whenCutShort(remove);
  try {
    return await new ChaosRun(options, traces, places).run();
  } finally {
    undone();
    remove();
  }
}

class ChaosRun {
  private readonly random: Random;
  private readonly coverage = new Coverage();
  private readonly startedAt = performance.now();
  private readonly stuck: string[] = [];

  constructor(
    private readonly options: ChaosOptions,
    private readonly traces: RunTraces,
    private readonly places: Places,
  ) {
    this.random = new Random('chaos', options.seed);
  }

  async run(): Promise<ChaosReport> {
    const { folder, environment } = this.traces;
    const service = await Service.start({
      ...{ folder, environment },
      leaseSeconds,
      claimSeconds,
      ...(this.options.without !== undefined && { without: this.options.without }),
    });
    try {
      return await this.withService(service, this.places.list);
    } finally {
      await service.end();
    }
  }

  private async withService(service: Service, places: readonly Place[]): Promise<ChaosReport> {
    const completions = new Completions(service);
    const submitter = new Submitter(service);
    const subscriber = new Subscriber(service, new Random('subscriber', this.options.seed));
    const watch = new StoreWatch(path.join(service.artifacts, 'blobs'));
    const workers: { worker: ChaosWorker; place: Place }[] = [];
    const { cells = requiredCells, harsh = false } = this.options;
    const director = new Director(
      { service, workers, leaseSeconds, claimSeconds, harsh },
      this.random,
      this.coverage,
      shuffled(this.random, cells),
      this.options.jobs * 0.7,
    );
    const joinTokens = await submitter.joinTokens(workerCount);
    const lines = await this.openLines(service, places, workers, director, completions);
    try {
      workers.push(
        ...(await Promise.all(
          places.map(async (place, index) => ({
            place,
            worker: await ChaosWorker.start({
              name: `chaos-${index + 1}`,
              folder: this.workerFolder(index),
              environment: this.traces.environment,
              slots: this.options.slots ?? 3,
              line: lines[index]!,
              joinToken: joinTokens[index]!,
              prefix: place.prefix,
            }),
          })),
        )),
      );
      const submitting = submitter.submit(this.options.jobs);
      await this.untilQuiet(service, watch, completions, async () => {
        await submitting;
        if (!(await submitter.allFinished())) return false;
        if (director.left === 0 || this.options.without !== undefined) return true;
        await submitter.submit(moreJobs);
        return false;
      });
      await submitting;
      await director.end();
      await completions.replayAll();
      await this.untilQuiet(service, watch, completions, async () => {
        const [row] = await service.rows.read<{ rest: boolean }>(
          `SELECT NOT EXISTS (SELECT FROM outbox)
                  AND NOT EXISTS (SELECT FROM events WHERE number IS NULL)
                  AND coalesce((SELECT max(number) FROM events), 0) <= $1 AS rest`,
          [subscriber.last],
        );
        return row!.rest;
      });
      const deaths = [...service.deaths(), ...workers.flatMap(({ worker }) => worker.deaths())];
      await Promise.all(workers.map(({ worker }) => this.drain(worker)));
      await subscriber.end();
      await service.endControlPlanes();
      const history = {
        ...(await readHistory(service.rows)),
        ...(await watch.read()),
        accepted: submitter.accepted,
        deaths,
        seen: subscriber.seen,
        replays: completions.replays,
      };
      const { ports } = service;
      await service.end();
      await Promise.all(lines.map((line) => line.close()));
      this.places.remove();
      const { traces } = this;
      const labs = workers.map((_, index) => path.join(this.workerFolder(index), 'labs'));
      const folders = [traces.temporary, ...labs];
      const leftovers = [
        ...this.stuck,
        ...(await findLeftovers({ traces, places: this.places, ports, folders })),
      ];
      return this.report({ ...history, leftovers }, subscriber.connections);
    } finally {
      await subscriber.end();
      await Promise.all(workers.map(({ worker }) => worker.kill()));
      await Promise.all(lines.map((line) => line.close()));
    }
  }

  private workerFolder(index: number): string {
    return path.join(this.traces.folder, `worker-${index + 1}`);
  }

  private async openLines(
    service: Service,
    places: readonly Place[],
    workers: readonly { worker: ChaosWorker }[],
    director: Director,
    completions: Completions,
  ): Promise<WorkerLine[]> {
    const attemptOf = new Map<string, string>();
    return await Promise.all(
      places.map(async (place, index) => {
        const line = await WorkerLine.open({
          address: place.address,
          redisPort: service.redisPort,
          controlPlanes: () => service.urls(),
          listener: {
            asked: async (call) => {
              completions.heard(workers[index]?.worker.id ?? null, call);
              return await director.asked(
                index,
                call,
                (uploadId) => attemptOf.get(uploadId) ?? null,
              );
            },
            answered: async (call, { status, body }) => {
              if (call.name === 'create-upload' && status === 201) {
                const { id } = JSON.parse(body.toString()) as { id: string };
                attemptOf.set(id, call.attemptId!);
              }
              await director.answered(index, call, status);
            },
          },
        });
        place.line = line;
        return line;
      }),
    );
  }

  /** Waits for a condition, and no longer than something happens. */
  private async untilQuiet(
    service: Service,
    watch: StoreWatch,
    completions: Completions,
    condition: () => Promise<boolean>,
  ): Promise<void> {
    const quietMs = (this.options.quietSeconds ?? 30) * 1000;
    let last = '';
    let since = performance.now();
    while (!(await condition())) {
      const [row] = await service.rows.read<{ last: string }>(
        `SELECT max(id) || ' ' || count(number) AS last FROM events`,
      );
      if (row!.last !== last) since = performance.now();
      last = row!.last;
      const lookedAt = performance.now();
      if (lookedAt - since > quietMs) return;
      await completions.replayNew();
      await watch.look();
      // The more there is, the longer a look takes: it shall not take the processor from what is looked at.
      await delay(Math.max(200, 4 * (performance.now() - lookedAt)));
    }
  }

  private async drain(worker: ChaosWorker): Promise<void> {
    const drained = await Promise.race([
      worker.drain().then(() => true),
      delay(drainMs, false, { ref: false }),
    ]);
    if (drained) return;
    this.stuck.push(`worker ${worker.name}, which does not come to its end: ${worker.lastWords}`);
    await worker.kill();
  }

  private report(history: ServiceHistory, connections: number): ChaosReport {
    const breaches = checkHistory(history);
    const outcomes = new Map<string, number>();
    for (const { outcome } of history.outcomes) {
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    }
    const ends = new Map<string, number>();
    for (const { how } of history.attempts)
      ends.set(how ?? 'none', (ends.get(how ?? 'none') ?? 0) + 1);
    const seconds = Math.round((performance.now() - this.startedAt) / 1000);
    const summary = [
      `seed ${this.options.seed}: ${history.jobs.length} jobs in ${seconds} s`,
      `network: ${this.places.kind}`,
      `outcomes: ${listed(outcomes)}; attempts: ${listed(ends)}`,
      `${history.replays.length} stale completions said again; ${history.seen.length} events seen over ${connections} connections; ${history.files.size} files in the store`,
      '',
      this.coverage.toString(),
      ...breaches.slice(0, 50).map(({ law, what }) => `✗ ${law}: ${what}`),
    ].join('\n');
    return { history, breaches, coverage: this.coverage, summary };
  }
}

function listed(counts: Map<string, number>): string {
  return [...counts].map(([name, count]) => `${count} ${name}`).join(', ');
}
