import type { Host, Plan, PlanHost, PlanLink } from '@fenceline/contracts';
import { VmError, type Vm } from '@fenceline/vm';
import { LabError } from '../lab-error.js';
import { run, runScript } from './guest.js';
import {
  awaitPaths,
  configureNic,
  listControllers,
  setIoPolicy,
  setIoTimeout,
} from './guest-scripts.js';

const stepTimeoutMs = 20_000;

/** Lines of the host's console that a refused connection shows. */
const shownConsoleLines = 10;

/** Network cards and module parameters of a booted host. */
export async function configureHost(vm: Vm, plan: Plan, host: PlanHost): Promise<void> {
  for (const link of linksOf(plan, host)) {
    const address = `${link.hostAddress}/24`;
    await runScript(
      vm,
      `address of link ${link.name}`,
      configureNic,
      [link.hostMac, address],
      stepTimeoutMs,
    );
  }
  const seconds = settingsOf(plan, host).ioTimeoutMs / 1000;
  await runScript(vm, 'nvme_core.io_timeout', setIoTimeout, [String(seconds)], stepTimeoutMs);
}

/**
 * Connects every path of a host and waits until all are live.
 *
 * @returns the name of the multipath device, e.g. `nvme0n1`
 */
export async function connectHost(vm: Vm, plan: Plan, host: PlanHost): Promise<string> {
  const settings = settingsOf(plan, host);
  const links = linksOf(plan, host);
  for (const link of links) {
    const argv = connectCommand(plan, host, settings, link);
    try {
      await run(vm, `nvme connect over link ${link.name}`, argv, plan.scenario.bounds.connectMs);
    } catch (error) {
      // The program knows an error number only; the kernel has said why.
      throw error instanceof LabError
        ? new VmError(error.message, { consoleLines: vm.lastConsoleLines(shownConsoleLines) })
        : error;
    }
  }
  const bound = String(Math.ceil(plan.scenario.bounds.connectMs / 1000));
  const device = await runScript(
    vm,
    'waiting for the paths',
    awaitPaths,
    [String(links.length), bound],
    plan.scenario.bounds.connectMs + stepTimeoutMs,
  );
  await runScript(vm, 'I/O policy', setIoPolicy, [settings.ioPolicy], stepTimeoutMs);
  return device.trim();
}

/** A controller of a host as its kernel sees it now. */
export interface LiveController {
  /** Character device, e.g. `/dev/nvme0`. */
  device: string;
  link: PlanLink;
}

/** The controllers of a host that are live, by link. */
export async function liveControllers(
  vm: Vm,
  plan: Plan,
  host: PlanHost,
): Promise<LiveController[]> {
  const listing = await runScript(vm, 'listing controllers', listControllers, [], stepTimeoutMs);
  const live: LiveController[] = [];
  for (const line of listing.trim().split('\n').filter(Boolean)) {
    const [name = '', address = '', state = ''] = line.split(' ');
    const traddr = /traddr=([0-9.]+)/.exec(address)?.[1];
    const link = linksOf(plan, host).find((candidate) => candidate.nodeAddress === traddr);
    if (state === 'live' && link) live.push({ device: `/dev/${name}`, link });
  }
  return live;
}

function connectCommand(plan: Plan, host: PlanHost, settings: Host, link: PlanLink): string[] {
  const port = plan.nodes
    .find((node) => node.name === link.node)
    ?.ports.find((candidate) => candidate.link === link.name);
  if (!port) throw new LabError(`link ${link.name} ends at no port of node ${link.node}`);
  return [
    'nvme',
    'connect',
    '--transport=tcp',
    `--traddr=${port.address}`,
    `--trsvcid=${port.trsvcid}`,
    `--nqn=${plan.subsystemNqn}`,
    `--hostnqn=${host.hostNqn}`,
    `--hostid=${host.hostId}`,
    `--keep-alive-tmo=${settings.keepAliveMs / 1000}`,
    `--reconnect-delay=${settings.reconnectDelayMs / 1000}`,
    `--ctrl-loss-tmo=${settings.ctrlLossTimeoutMs === null ? -1 : settings.ctrlLossTimeoutMs / 1000}`,
    `--nr-io-queues=${settings.queues}`,
  ];
}

function settingsOf(plan: Plan, host: PlanHost): Host {
  const settings = plan.scenario.hosts.find((candidate) => candidate.name === host.name);
  if (!settings) throw new LabError(`host ${host.name} is not in the scenario`);
  return settings;
}

function linksOf(plan: Plan, host: PlanHost): PlanLink[] {
  return plan.links.filter((link) => link.host === host.name);
}
