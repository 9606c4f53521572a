import { describeStep } from './describe-step.js';
import { fioMs, fioRange, fioWrites } from './fio-numbers.js';
import { scenarioLimits } from './limits.js';
import type { Action, Scenario, Step, Trigger, TriggerEvent, Workload } from './model.js';
import type { ScenarioText } from './text/scenario.js';
import type { DoText, StepText, WhenText } from './text/timeline.js';
import type { WorkloadText } from './text/workload.js';

/** Turns a file that passed every check into the form that the programs use. */
export function normalize(text: ScenarioText): Scenario {
  const names: Names = {
    nodes: Object.keys(text.array.nodes),
    links: Object.entries(text.links).map(([name, { node }]) => ({ name, node })),
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
      blockLayer: node.blockLayer,
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
    })),
    links: Object.entries(text.links).map(([name, link]) => ({ name, ...link })),
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
  links: readonly { name: string; node: string }[];
  workloads: readonly string[];
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
      names.links.map(({ name }) => name),
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
  if (when.giveUp) return { kind: 'giveUp', links: links(when.giveUp.link) };
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
  const links = (list: readonly string[]) =>
    all(
      list,
      names.links.map(({ name }) => name),
    );
  const { hold, release, discard, slow, fail, drop, restore, stop } = action;
  if (hold?.node) {
    return {
      kind: 'holdBackend',
      nodes: nodes(hold.node),
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
  if (restore?.node) return { kind: 'restoreBackend', nodes: nodes(restore.node) };
  if (release) return { kind: 'releaseBackend', nodes: nodes(release.node) };
  if (discard) return { kind: 'discardBackend', nodes: nodes(discard.node) };
  if (slow) return { kind: 'slowBackend', nodes: nodes(slow.node), byMs: slow.by };
  if (fail) {
    return {
      kind: 'failBackend',
      nodes: nodes(fail.node),
      next: fail.next ?? null,
      error: fail.error,
    };
  }
  if (stop) return { kind: 'stopWorkload', workloads: all(stop.workload, names.workloads) };
  throw new Error('a step does nothing');
}

function all(references: readonly string[], names: readonly string[]): string[] {
  return references.length === 1 && references[0] === 'all' ? [...names] : [...references];
}

function linksOf(nodes: readonly string[], names: Names): string[] {
  return names.links.filter(({ node }) => nodes.includes(node)).map(({ name }) => name);
}
