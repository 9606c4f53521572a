import { describeStep } from './describe-step.js';
import { fioMs, fioRange, fioWrites } from './fio-numbers.js';
import { scenarioLimits } from './limits.js';
import type { Initiator, Target } from './kinds.js';
import type { Action, Scenario, Step, Trigger, TriggerEvent, Workload } from './model.js';
import type { ScenarioText } from './text/scenario.js';
import type { DoText, StepText, WhenText } from './text/timeline.js';
import { ccrTextSchema, type HostText, type NodeText } from './text/topology.js';
import type { WorkloadText } from './text/workload.js';

/** Turns a file that passed every check into the form that the programs use. */
export function normalize(text: ScenarioText): Scenario {
  const names: Names = {
    nodes: Object.keys(text.array.nodes),
    paths: Object.entries(text.links).flatMap(([name, link]) =>
      link.kind === 'path' ? [{ name, node: link.node }] : [],
    ),
    links: Object.keys(text.links),
    workloads: text.workload.map(({ name }) => name),
  };
  return {
    version: 1,
    name: text.name,
    description: text.description,
    subsystem: {
      nqn: text.subsystem.nqn,
      namespaces: text.subsystem.namespaces.map(({ id, size, blockSize }) => ({
        id,
        sizeBytes: size,
        blockSize,
      })),
    },
    nodes: Object.entries(text.array.nodes).map(([name, node]) => ({
      name,
      kernel: node.kernel,
      ports: node.ports,
      cntlidMin: node.cntlid?.[0] ?? 1,
      cntlidMax: node.cntlid?.[1] ?? scenarioLimits.cntlidMax,
      memoryBytes: node.memory,
      blockLayer: node.blockLayer ?? 'recorder',
      cqtMs: node.cqt,
      target: normalizeTarget(node),
    })),
    hosts: Object.entries(text.hosts).map(([name, host]) => ({
      name,
      kernel: host.kernel,
      keepAliveMs: host.keepAlive,
      reconnectDelayMs: host.reconnectDelay,
      ctrlLossTimeoutMs: host.ctrlLossTimeout,
      ioTimeoutMs: host.ioTimeout,
      ioPolicy: host.ioPolicy,
      queues: host.queues,
      memoryBytes: host.memory,
      initiator: normalizeInitiator(host),
    })),
    links: Object.entries(text.links).flatMap(([name, link]) =>
      link.kind === 'path' ? [{ name, host: link.host, node: link.node, port: link.port }] : [],
    ),
    interNodeLinks: Object.entries(text.links).flatMap(([name, link]) =>
      link.kind === 'inter-node' ? [{ name, nodes: link.nodes }] : [],
    ),
    workloads: text.workload.map((workload) =>
      normalizeWorkload(workload, Object.keys(text.hosts)),
    ),
    timeline: text.timeline.map((step) => normalizeStep(step, names)),
    exercise: text.exercise,
    expect: text.expect.map(({ capability, ...entry }) => ({
      capabilities: capability ?? [],
      ...entry,
    })),
    control: text.control,
    bounds: {
      bootMs: text.bounds.boot,
      connectMs: text.bounds.connect,
      runMs: text.bounds.run,
      drainMs: text.bounds.drain,
    },
    allow: text.allow,
  };
}

interface Names {
  nodes: readonly string[];
  paths: readonly { name: string; node: string }[];
  /** Paths and cables between nodes. */
  links: readonly string[];
  workloads: readonly string[];
}

function normalizeTarget(node: NodeText): Target {
  if (node.kind === 'linux') return { kind: 'linux', ccrFault: node.ccrFault ?? 'none' };
  const ccr = node.ccr ?? ccrTextSchema.parse({});
  return {
    kind: 'reference',
    ccrl: node.ccrl ?? 4,
    tbkas: node.tbkas ?? true,
    digests: node.digests ?? false,
    ccr: {
      takesMs: ccr.takes,
      immediate: ccr.immediate,
      fail: ccr.fail,
      refuse: ccr.refuse ?? null,
      dropEvent: ccr.dropEvent,
      boundMs: ccr.bound,
    },
    mutant: node.mutant ?? null,
  };
}

function normalizeInitiator(host: HostText): Initiator {
  if (host.kind === 'linux') {
    return {
      kind: 'linux',
      cqtDefaultMs: host.cqtDefault ?? null,
      ccrTimeoutMs: host.ccrTimeout ?? null,
    };
  }
  return {
    kind: 'reference',
    fence: host.fence ?? 'ccr',
    cqtZeroMs: host.cqtZero ?? 10_000,
    ccrWait: host.ccrWait ?? 'kato+cqt',
    keepAlives: host.keepAlives ?? 'sent',
    readLogAfterMs: host.readLogAfter ?? 0,
    digests: host.digests ?? false,
    mutant: host.mutant ?? null,
  };
}

function normalizeWorkload({ name, host, fio }: WorkloadText, hosts: readonly string[]): Workload {
  return {
    name,
    host: host ?? hosts[0]!,
    fio: { ...fio, verify: fio.verify ?? (fioWrites(fio) ? 'crc32c' : 'none') },
    runtimeMs: fioMs(fio.runtime),
    ...fioRange(fio),
  };
}

function normalizeStep(step: StepText, names: Names): Step {
  const trigger = normalizeTrigger(step, names);
  const action = normalizeAction(step.do, names);
  return {
    trigger,
    jitterMs: step.jitter,
    action,
    optional: step.optional,
    describe: describeStep(trigger, step.jitter, action),
  };
}

function normalizeTrigger({ at, after, when }: StepText, names: Names): Trigger {
  if (at !== undefined) return { kind: 'at', ms: at };
  if (when === undefined) return { kind: 'after', ms: after ?? 0 };
  return { kind: 'event', event: normalizeEvent(when, names), withinMs: when.within };
}

function normalizeEvent(when: WhenText, names: Names): TriggerEvent {
  const nodes = (list: readonly string[]) => all(list, names.nodes);
  const links = (list: readonly string[]) =>
    all(
      list,
      names.paths.map(({ name }) => name),
    );
  if (when.held) {
    return { kind: 'held', nodes: nodes(when.held.node), writes: when.held.writes };
  }
  if (when.appliedUnanswered) {
    const { node, writes } = when.appliedUnanswered;
    return { kind: 'appliedUnanswered', nodes: nodes(node), writes };
  }
  if (when.newerWriteAcknowledged) {
    return { kind: 'newerWriteAcknowledged', over: when.newerWriteAcknowledged.over };
  }
  if (when.firstRetry) return { kind: 'firstRetry', links: links(when.firstRetry.link) };
  for (const kind of ['giveUp', 'ccrSent', 'ccrAccepted', 'ccrEvent', 'connected'] as const) {
    const counted = when[kind];
    if (counted) return { kind, links: links(counted.link), count: counted.count };
  }
  if (when.workloadEnded) {
    return { kind: 'workloadEnded', workloads: all(when.workloadEnded.workload, names.workloads) };
  }
  if (when.writes) {
    const { link, node, count } = when.writes;
    const meant = node === undefined ? links(link ?? ['all']) : linksOf(nodes(node), names);
    return { kind: 'writes', links: meant, count };
  }
  throw new Error('a step waits for no event');
}

function normalizeAction(action: DoText, names: Names): Action {
  const nodes = (list: readonly string[]) => all(list, names.nodes);
  const links = (list: readonly string[]) => all(list, names.links);
  const { hold, release, discard, slow, fail, drop, restore, resetConnection, ana, stop } = action;
  if (hold?.node) {
    return {
      kind: 'holdBackend',
      nodes: nodes(hold.node),
      ...onlyPort(hold),
      ops: hold.ops ?? ['write'],
      next: hold.next ?? null,
      inFlight: hold.inFlight ?? false,
    };
  }
  if (hold?.link) {
    return { kind: 'holdLink', links: links(hold.link), direction: hold.direction ?? 'both' };
  }
  if (drop) {
    return { kind: 'dropLink', links: links(drop.link), direction: drop.direction ?? 'both' };
  }
  if (restore?.link) {
    return {
      kind: 'restoreLink',
      links: links(restore.link),
      direction: restore.direction ?? 'both',
    };
  }
  if (restore?.node) {
    return { kind: 'restoreBackend', nodes: nodes(restore.node), ...onlyPort(restore) };
  }
  if (release) return { kind: 'releaseBackend', nodes: nodes(release.node), ...onlyPort(release) };
  if (discard) return { kind: 'discardBackend', nodes: nodes(discard.node), ...onlyPort(discard) };
  if (slow) {
    return { kind: 'slowBackend', nodes: nodes(slow.node), ...onlyPort(slow), byMs: slow.by };
  }
  if (fail) {
    return {
      kind: 'failBackend',
      nodes: nodes(fail.node),
      ...onlyPort(fail),
      next: fail.next ?? null,
      error: fail.error,
    };
  }
  if (resetConnection) return { kind: 'resetConnection', ...resetConnection };
  for (const kind of ['holdInside', 'releaseInside'] as const) {
    const inside = action[kind];
    if (inside) return { kind, nodes: nodes(inside.node), port: inside.port ?? null };
  }
  if (ana) {
    return { kind: 'setAna', nodes: nodes(ana.node), port: ana.port ?? null, state: ana.state };
  }
  if (stop) return { kind: 'stopWorkload', workloads: all(stop.workload, names.workloads) };
  throw new Error('a step does nothing');
}

function onlyPort({ port }: { port?: number | undefined }): { port?: number } {
  return port === undefined ? {} : { port };
}

function all(references: readonly string[], names: readonly string[]): string[] {
  return references.length === 1 && references[0] === 'all' ? [...names] : [...references];
}

function linksOf(nodes: readonly string[], names: Names): string[] {
  return names.paths.filter(({ node }) => nodes.includes(node)).map(({ name }) => name);
}
