import type { LabEvent, Plan, PlanHost, PlanWorkload } from '@fenceline/contracts';
import type {
  GuestHostAnswers,
  GuestHostConfig,
  GuestHostRequest,
  WorkloadResult,
} from '@fenceline/reference';
import type { Vm } from '@fenceline/vm';
import { LabError } from '../lab-error.js';
import { behaviourOfHost } from '../simulated/behaviour.js';
import type { BlockRange } from '../written-blocks.js';
import { runScript } from './guest.js';
import { GuestProgram } from './guest-program.js';
import { configureNic } from './guest-scripts.js';
import type { WorkloadRun } from './workload.js';

const stepTimeoutMs = 20_000;
const readBackTimeoutMs = 60_000;

/** Time for an answer that comes when a workload has ended, beyond what the lab itself bounds. */
const dayMs = 24 * 3_600_000;

/** A booted VM as a reference host. */
export class ReferenceHostVm {
  private constructor(
    readonly vm: Vm,
    private readonly plan: Plan,
    private readonly host: PlanHost,
    private readonly program: GuestProgram,
  ) {}

  /** Sets up its network cards and starts its program; no path is connected yet. */
  static async start(vm: Vm, plan: Plan, host: PlanHost): Promise<ReferenceHostVm> {
    for (const link of plan.links.filter((link) => link.host === host.name)) {
      const args = [link.hostMac, `${link.hostAddress}/24`];
      await runScript(vm, `address of link ${link.name}`, configureNic, args, stepTimeoutMs);
    }
    const { bootMs } = plan.scenario.bounds;
    const program = await GuestProgram.start(vm, 'reference-host', hostConfig(plan, host), bootMs);
    return new ReferenceHostVm(vm, plan, host, program);
  }

  /** Rejects when its program ends. */
  lost(): Promise<never> {
    return this.program.lost();
  }

  /** Connects every path, and waits until all are live. */
  async connect(): Promise<void> {
    await this.ask({ ask: 'connect' }, this.plan.scenario.bounds.connectMs);
  }

  async startWorkload(workload: PlanWorkload): Promise<WorkloadRun> {
    const settings = this.plan.scenario.workloads.find(({ name }) => name === workload.name);
    if (settings === undefined) throw new LabError(`the scenario has no job ${workload.name}`);
    const named = { workload: workload.name };
    await this.ask({ ask: 'start', ...named, fio: settings.fio }, stepTimeoutMs);
    let stopped = false;
    return {
      workload,
      stop: async () => {
        stopped = true;
        await this.ask({ ask: 'stop', ...named }, stepTimeoutMs);
      },
      result: async () => {
        const result = await this.ask({ ask: 'result', ...named }, dayMs);
        return {
          end: { ...endOf(this.host.name, workload.name, result), stopped },
          failure: null,
          output: `${JSON.stringify(result, null, 2)}\n`,
          log: '',
        };
      },
    };
  }

  /** Reads blocks back through each live path, one path after the other. */
  async readBack(
    ranges: readonly BlockRange[],
  ): Promise<Omit<Extract<LabEvent, { kind: 'read-back' }>, 't'>[]> {
    const { blockSize } = this.plan;
    const bytes = ranges.map(({ slba, blocks }) => ({
      offset: slba * blockSize,
      length: blocks * blockSize,
    }));
    const states = await this.ask({ ask: 'paths' }, stepTimeoutMs);
    const events: Omit<Extract<LabEvent, { kind: 'read-back' }>, 't'>[] = [];
    for (const [path, state] of Object.entries(states)) {
      if (state !== 'LIVE') continue;
      const event = { kind: 'read-back' as const, host: this.host.name, path };
      try {
        await this.ask({ ask: 'read-back', path, ranges: bytes }, readBackTimeoutMs);
        events.push({ ...event, ok: true });
      } catch (error) {
        events.push({ ...event, ok: false, message: (error as Error).message });
      }
    }
    return events;
  }

  private async ask<Request extends GuestHostRequest>(
    request: Request,
    timeoutMs: number,
  ): Promise<GuestHostAnswers[Request['ask']]> {
    const answer = await this.program.ask(request, timeoutMs);
    return answer as GuestHostAnswers[Request['ask']];
  }
}

function endOf(host: string, job: string, { ok, errors, worstLatencyNs, message }: WorkloadResult) {
  return {
    kind: 'workload-end' as const,
    host,
    job,
    exitCode: ok ? 0 : 1,
    errors,
    worstLatencyNs,
    ...(message === undefined ? {} : { message }),
  };
}

/** What the program of a host is told. */
export function hostConfig(plan: Plan, host: PlanHost): GuestHostConfig {
  const settings = plan.scenario.hosts.find(({ name }) => name === host.name);
  if (settings?.initiator.kind !== 'reference')
    throw new LabError(`host ${host.name} is no reference host`);
  const { keepAliveMs, reconnectDelayMs, ctrlLossTimeoutMs, ioTimeoutMs, queues, ioPolicy } =
    settings;
  const { fence, keepAlives, digests } = behaviourOfHost(settings);
  return {
    name: host.name,
    hostNqn: host.hostNqn,
    hostId: host.hostId,
    subsystemNqn: plan.subsystemNqn,
    paths: plan.links
      .filter((link) => link.host === host.name)
      .map(({ name, node, port, hostAddress }) => {
        const there = plan.nodes
          .find((one) => one.name === node)
          ?.ports.find(({ id }) => id === port);
        if (there === undefined) throw new LabError(`link ${name} ends at no port of node ${node}`);
        const { address, trsvcid } = there;
        return { name, address, trsvcid, localAddress: hostAddress };
      }),
    settings: {
      keepAliveMs,
      keepAlives,
      reconnectDelayMs,
      ctrlLossTimeoutMs,
      ioTimeoutMs,
      queues,
      ioPolicy,
      fence,
      digests,
      nsid: plan.namespaceId,
    },
    mutant: settings.initiator.mutant,
  };
}
