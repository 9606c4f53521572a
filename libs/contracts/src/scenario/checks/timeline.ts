import type { Draft, Findings } from '../draft.js';
import { isRecord } from '../is-record.js';
import type { FieldPath } from '../problem.js';
import type { DoText, StepText, WhenText } from '../text/timeline.js';
import { formatDuration } from '../units.js';
import { checkReference, resolveReferences, type Named } from './references.js';

/** Steps name what there is, come in an order that can be, and undo only what was done. */
export function checkTimeline(draft: Draft, root: unknown, findings: Findings): void {
  new TimelineCheck(draft, root, findings).run();
}

const eventsOnPaths = [
  'firstRetry',
  'giveUp',
  'ccrSent',
  'ccrAccepted',
  'ccrEvent',
  'connected',
  'writes',
] as const;

/** The faults that are open after the steps so far. */
class TimelineCheck {
  private readonly nodes: Named;
  /** Every cable; paths are those that a host connects over. */
  private readonly links: Named;
  private readonly paths: Named;
  private readonly jobs: Named;
  private readonly heldNodes = new Set<string>();
  private readonly faultyNodes = new Set<string>();
  private readonly faultyLinks = new Set<string>();
  private lastAt = 0;
  /** False after a step that could not be read: what it did is not known. */
  private certain = true;

  constructor(
    private readonly draft: Draft,
    private readonly root: unknown,
    private readonly findings: Findings,
  ) {
    this.nodes = { noun: 'node', names: [...draft.nodes.keys()] };
    this.links = { noun: 'link', names: [...draft.links.keys()] };
    this.paths = {
      noun: 'path',
      names: [...draft.links].flatMap(([name, { value }]) =>
        value?.kind === 'inter-node' ? [] : [name],
      ),
    };
    this.jobs = {
      noun: 'job',
      names: namesOfJobs(draft),
    };
  }

  run(): void {
    for (const { path, value: step } of this.draft.timeline) {
      if (step === undefined) {
        this.certain = false;
        continue;
      }
      this.checkTime(step, path);
      if (step.when !== undefined) this.checkEvent(step.when, [...path, 'when']);
      this.checkAction(step.do, [...path, 'do']);
    }
  }

  private checkTime(step: StepText, path: FieldPath): void {
    const run = this.draft.bounds.value?.run;
    for (const field of ['at', 'after'] as const) {
      const ms = step[field];
      if (ms === undefined || run === undefined || ms < run) continue;
      this.findings.problem({
        path: [...path, field],
        message: `${formatDuration(ms)} is not within the run, which ends after ${formatDuration(run)}`,
        mend: 'Write a shorter time, or raise `bounds.run`.',
      });
    }
    if (step.at === undefined) return;
    if (step.at < this.lastAt) {
      this.findings.problem({
        path: [...path, 'at'],
        message: `${formatDuration(step.at)} lies before a step above, at ${formatDuration(this.lastAt)}`,
        mend: 'Steps run one after another: put them in the order of their times.',
      });
    }
    this.lastAt = Math.max(this.lastAt, step.at);
  }

  private checkEvent(when: WhenText, path: FieldPath): void {
    if (when.held !== undefined) {
      const nodes = this.resolve(when.held.node, this.nodes, [...path, 'held', 'node']);
      this.expectHeld(nodes, [...path, 'held'], 'nothing holds writes there before this step');
    }
    if (when.newerWriteAcknowledged !== undefined) {
      const message = 'nothing holds writes before this step';
      this.expectHeld(this.nodes.names, [...path, 'newerWriteAcknowledged'], message);
    }
    if (when.appliedUnanswered !== undefined) {
      this.resolve(when.appliedUnanswered.node, this.nodes, [...path, 'appliedUnanswered', 'node']);
    }
    for (const event of eventsOnPaths) {
      const links = when[event]?.link;
      if (links !== undefined) this.resolve(links, this.paths, [...path, event, 'link']);
    }
    if (when.writes?.node !== undefined) {
      this.checkLinkedNodes(when.writes.node, [...path, 'writes', 'node']);
    }
    if (when.workloadEnded !== undefined) {
      this.resolve(when.workloadEnded.workload, this.jobs, [...path, 'workloadEnded', 'workload']);
    }
  }

  private checkLinkedNodes(references: readonly string[], path: FieldPath): void {
    const nodes = this.resolve(references, this.nodes, path);
    const links = [...this.draft.links.values()];
    if (nodes.length === 0 || links.some((link) => link.value === undefined)) return;
    if (links.some(({ value }) => value?.kind === 'path' && nodes.includes(value.node))) return;
    this.findings.problem({
      path,
      message: 'no link leads there',
      mend: 'Name a node that has a link.',
    });
  }

  private checkAction(action: DoText, path: FieldPath): void {
    if (action.hold?.node !== undefined) {
      const nodes = this.resolve(action.hold.node, this.nodes, [...path, 'hold', 'node']);
      this.checkPort(nodes, action.hold.port, [...path, 'hold', 'port']);
      for (const node of nodes) {
        this.heldNodes.add(doorOf(node, action.hold.port));
        this.faultyNodes.add(doorOf(node, action.hold.port));
      }
    }
    for (const [name, done] of [
      ['release', action.release],
      ['discard', action.discard],
    ] as const) {
      if (done === undefined) continue;
      const nodes = this.resolve(done.node, this.nodes, [...path, name, 'node']);
      this.checkPort(nodes, done.port, [...path, name, 'port']);
      const message = 'nothing is held there at this step';
      this.expectHeld(nodes, [...path, name], message, done.port);
      this.forget(this.heldNodes, nodes, done.port);
    }
    for (const name of ['slow', 'fail'] as const) {
      const references = action[name]?.node;
      if (references === undefined) continue;
      const nodes = this.resolve(references, this.nodes, [...path, name, 'node']);
      this.checkPort(nodes, action[name]?.port, [...path, name, 'port']);
      for (const node of nodes) this.faultyNodes.add(doorOf(node, action[name]?.port));
    }
    for (const name of ['hold', 'drop'] as const) {
      const references = action[name]?.link;
      if (references === undefined) continue;
      const links = this.resolve(references, this.links, [...path, name, 'link']);
      this.checkDirection(links, action[name]?.direction, [...path, name, 'direction']);
      for (const link of links) this.faultyLinks.add(link);
    }
    if (action.resetConnection !== undefined) {
      this.checkQueue(action.resetConnection, [...path, 'resetConnection']);
    }
    if (action.ana !== undefined) {
      const nodes = this.resolve(action.ana.node, this.nodes, [...path, 'ana', 'node']);
      this.expectReference(nodes, [...path, 'ana', 'node'], 'its ANA state cannot be set');
      this.checkPorts(nodes, action.ana.port, [...path, 'ana', 'port']);
    }
    for (const name of ['holdInside', 'releaseInside'] as const) {
      const inside = action[name];
      if (inside === undefined) continue;
      const nodes = this.resolve(inside.node, this.nodes, [...path, name, 'node']);
      const why = 'its controllers do as its kernel does';
      this.expectReference(nodes, [...path, name, 'node'], why);
      this.checkPorts(nodes, inside.port, [...path, name, 'port']);
    }
    this.checkRestore(action, [...path, 'restore']);
    if (action.stop !== undefined) {
      this.resolve(action.stop.workload, this.jobs, [...path, 'stop', 'workload']);
    }
  }

  private checkRestore(action: DoText, path: FieldPath): void {
    if (action.restore === undefined) return;
    const { link, node, direction, port } = action.restore;
    if (link !== undefined) {
      const links = this.resolve(link, this.links, [...path, 'link']);
      this.checkDirection(links, direction, [...path, 'direction']);
      this.expectFault(links, this.faultyLinks, path);
      if (direction === undefined || direction === 'both') {
        for (const name of links) this.faultyLinks.delete(name);
      }
    }
    if (node !== undefined) {
      const nodes = this.resolve(node, this.nodes, [...path, 'node']);
      this.checkPort(nodes, port, [...path, 'port']);
      const doors = nodes.flatMap((name) => this.doorsOf(this.faultyNodes, name, port));
      this.expectFault(nodes, new Set(doors.length > 0 ? nodes : []), path);
      this.forget(this.faultyNodes, nodes, port);
      this.forget(this.heldNodes, nodes, port);
    }
  }

  /** One port of the backend is meant: only reference nodes have a way to the medium for each. */
  private checkPort(nodes: readonly string[], port: number | undefined, path: FieldPath): void {
    if (port === undefined) return;
    this.expectReference(nodes, path, 'its ports share one way to the medium');
    this.checkPorts(nodes, port, path);
  }

  private checkPorts(nodes: readonly string[], port: number | undefined, path: FieldPath): void {
    for (const node of nodes) {
      const ports = this.draft.nodes.get(node)?.value?.ports;
      if (port === undefined || ports === undefined || port <= ports) continue;
      this.findings.problem({
        path,
        message: `node ${node} has no port ${port}`,
        mend: `Write a port from 1 to ${ports}.`,
      });
    }
  }

  private expectReference(nodes: readonly string[], path: FieldPath, message: string): void {
    const linux = nodes.find((node) => this.draft.nodes.get(node)?.value?.kind === 'linux');
    if (linux === undefined) return;
    this.findings.problem({
      path,
      message: `node ${linux} is of the kind \`linux\`: ${message}`,
      mend: 'Name nodes of the kind `reference` alone.',
    });
  }

  /** Frames between two nodes go neither to the node nor to the host. */
  private checkDirection(
    links: readonly string[],
    direction: string | undefined,
    path: FieldPath,
  ): void {
    if (direction === undefined || direction === 'both') return;
    const between = links.find((name) => this.draft.links.get(name)?.value?.kind === 'inter-node');
    if (between === undefined) return;
    this.findings.problem({
      path,
      message: `link ${between} is between two nodes: it has no direction to a host or to a node`,
      mend: 'Write `both`, or leave `direction` out.',
    });
  }

  private checkQueue({ link, queue }: { link: string; queue: number }, path: FieldPath): void {
    if (!checkReference(link, this.paths, [...path, 'link'], this.findings)) return;
    const joined = this.draft.links.get(link)?.value;
    const host = joined?.kind === 'path' ? joined.host : undefined;
    const queues = host === undefined ? undefined : this.draft.hosts.get(host)?.value?.queues;
    if (queues === undefined || queue <= queues) return;
    this.findings.problem({
      path: [...path, 'queue'],
      message: `the associations of host ${host} have ${queues} I/O ${queues === 1 ? 'queue' : 'queues'}`,
      mend: `Write a number from 0 to ${queues}, or raise \`queues\` of the host.`,
    });
  }

  /** Of the doors in a set, those of a node, or of one of its ports alone. */
  private doorsOf(doors: ReadonlySet<string>, node: string, port?: number): string[] {
    return [...doors].filter((door) =>
      port === undefined ? door.split(' ')[0] === node : door === doorOf(node, port),
    );
  }

  private forget(doors: Set<string>, nodes: readonly string[], port: number | undefined): void {
    for (const node of nodes)
      for (const door of this.doorsOf(doors, node, port)) doors.delete(door);
  }

  private expectHeld(
    nodes: readonly string[],
    path: FieldPath,
    message: string,
    port?: number,
  ): void {
    if (!this.certain || nodes.length === 0) return;
    if (nodes.some((node) => this.doorsOf(this.heldNodes, node, port).length > 0)) return;
    this.findings.problem({
      path,
      message,
      mend: 'Put a step with `do: { hold: { node: … } }` above it.',
      atName: true,
    });
  }

  private expectFault(
    names: readonly string[],
    faulty: ReadonlySet<string>,
    path: FieldPath,
  ): void {
    if (!this.certain || names.length === 0 || names.some((name) => faulty.has(name))) return;
    this.findings.problem({
      path,
      message: 'there is no fault to end at this step',
      mend: 'Remove the step, or put the fault above it.',
      atName: true,
    });
  }

  private resolve(references: readonly string[], known: Named, path: FieldPath): string[] {
    return resolveReferences(references, known, path, isList(this.root, path), this.findings);
  }
}

/** A node's way to the medium, or that of one of its ports. Names have no spaces. */
function doorOf(node: string, port: number | undefined): string {
  return port === undefined ? node : `${node} ${port}`;
}

function isList(root: unknown, path: FieldPath): boolean {
  let value = root;
  for (const part of path) value = (value as Record<string | number, unknown> | undefined)?.[part];
  return Array.isArray(value);
}

/** Also of jobs that are wrong otherwise: a step that names one is right. */
function namesOfJobs(draft: Draft): string[] {
  return draft.workloads.flatMap(({ raw }) =>
    isRecord(raw) && typeof raw.name === 'string' ? [raw.name] : [],
  );
}
