import type { Host, LabEvent, Plan, PlanHost, PlanWorkload, Scheduler } from '@fenceline/contracts';
import { RoomPool } from '@fenceline/nvme';
import {
  readBack,
  ReferenceHost,
  Workload,
  type Log,
  type Random,
  type WorkloadResult,
} from '@fenceline/reference';
import { SeededRandom } from '../random.js';
import type { BlockRange } from '../written-blocks.js';
import { uuidBytes } from '../addresses.js';
import type { HostBehaviour } from './behaviour.js';
import type { TcpStack } from './tcp/tcp-stack.js';

export interface SimulatedHostOptions {
  plan: Plan;
  host: PlanHost;
  /** The host as the scenario has it. */
  settings: Host;
  behaviour: HostBehaviour;
  scheduler: Scheduler;
  log: Log;
  /** By link: the network card there, and the TCP port at its other end. */
  cards: ReadonlyMap<string, { stack: TcpStack; port: number }>;
}

type ReadBackEvent = Omit<Extract<LabEvent, { kind: 'read-back' }>, 't'>;

/** A host: the reference host behind its network cards, and the workloads that run on it. */
export class SimulatedHost {
  readonly #options: SimulatedHostOptions;
  readonly #host: ReferenceHost;
  readonly #links: readonly string[];

  constructor(options: SimulatedHostOptions) {
    const { plan, host, settings, behaviour, cards } = options;
    const { keepAliveMs, reconnectDelayMs, ctrlLossTimeoutMs, ioTimeoutMs, queues, ioPolicy } =
      settings;
    this.#options = options;
    this.#links = [...cards.keys()];
    this.#host = new ReferenceHost({
      scheduler: options.scheduler,
      log: options.log,
      dialer: {
        connect: (path, user) => {
          const card = cards.get(path);
          if (!card) throw new Error(`host ${host.name} has no link ${path}`);
          return card.stack.dial(card.port, user);
        },
      },
      hostNqn: host.hostNqn,
      hostId: uuidBytes(host.hostId),
      subsystemNqn: plan.subsystemNqn,
      paths: this.#links.map((name) => ({ name })),
      ...{ keepAliveMs, reconnectDelayMs, ctrlLossTimeoutMs, ioTimeoutMs, queues, ioPolicy },
      keepAlives: behaviour.keepAlives,
      digests: behaviour.digests,
      fence: behaviour.fence,
      decisions: behaviour.decisions,
      nsid: plan.namespaceId,
    });
  }

  /** Connects every path; `connected` is called when all are live. */
  connect(connected: () => void): void {
    this.#host.start(connected);
  }

  /** Starts a workload. `ended` is told what it saw, when all of its I/O has come back. */
  startWorkload(workload: PlanWorkload, ended: (result: WorkloadResult) => void): Workload {
    const { plan, scheduler } = this.#options;
    const { fio } = plan.scenario.workloads.find(({ name }) => name === workload.name)!;
    // The TCP of a simulated link keeps nothing that was acknowledged, and the answer to a write acknowledges it.
    const payloads = new RoomPool();
    return new Workload(this.#host, scheduler, this.#randomOf(workload), fio, ended, payloads);
  }

  /** Reads blocks back through each live path, one after the other; `done` is told of each. */
  readBack(ranges: readonly BlockRange[], done: (events: ReadBackEvent[]) => void): void {
    const { plan, host } = this.#options;
    const bytes = ranges.map(({ slba, blocks }) => ({
      offset: slba * plan.blockSize,
      length: blocks * plan.blockSize,
    }));
    const live = this.#links.filter((link) => this.#host.stateOf(link) === 'LIVE');
    const events: ReadBackEvent[] = [];
    const next = (): void => {
      const path = live.shift();
      if (path === undefined) {
        done(events);
        return;
      }
      readBack(this.#host, path, bytes, (result) => {
        const event = { kind: 'read-back' as const, host: host.name, path };
        events.push(
          result.ok ? { ...event, ok: true } : { ...event, ok: false, message: result.error },
        );
        next();
      });
    };
    next();
  }

  /** As fio takes its choices from the seed in its command line. */
  #randomOf({ name, argv }: PlanWorkload): Random {
    const option = argv.find((word) => word.startsWith('--randseed='));
    const random = new SeededRandom(Number(option?.split('=')[1] ?? 0), `fio ${name}`);
    return () => random.word();
  }
}
