import type { Backend } from '@fenceline/backend';
import type {
  Action,
  Clock,
  FaultTarget,
  LabEvent,
  LinkDirection,
  PlanExport,
} from '@fenceline/contracts';
import type { LabLink } from './lab-driver.js';

type FaultKind = Extract<LabEvent, { kind: 'fault-start' }>['fault'];
type BackendTarget = { nodes: readonly string[]; port?: number | undefined };
type BackendFault = Extract<FaultTarget, { on: 'backend' }>;

/** What links and backend can be put into and brought back from. */
export type FaultAction = Exclude<
  Action,
  { kind: 'resetConnection' | 'setAna' | 'holdInside' | 'releaseInside' }
>;

interface OpenFault {
  id: string;
  kind: FaultKind;
  target: FaultTarget;
}

const errnos = { EPERM: 1, EIO: 5, ENOMEM: 12, ENOSPC: 28 } as const;

/**
 * Performs the actions of a timeline on links and backend, and records each fault with its start and end.
 * A link has one state a direction: a new fault there ends the one before.
 */
export class FaultBoard {
  private readonly open = new Set<OpenFault>();
  private count = 0;

  constructor(
    private readonly clock: Clock,
    private readonly links: ReadonlyMap<string, LabLink>,
    private readonly backend: Backend,
    private readonly exports: readonly PlanExport[],
    private readonly record: (event: LabEvent) => void,
    private readonly stopWorkload: (name: string) => void,
  ) {}

  perform(action: FaultAction): void {
    switch (action.kind) {
      case 'holdBackend': {
        const { ops, next, inFlight } = action;
        this.backendFault('hold', action, (nodes) =>
          this.backend.hold({ nodes, ops, inFlight, ...(next === null ? {} : { next }) }),
        );
        break;
      }
      case 'slowBackend':
        this.backendFault('slow', action, (nodes) => this.backend.slow({ nodes, ms: action.byMs }));
        break;
      case 'failBackend': {
        const { next, error } = action;
        const errno = errnos[error];
        this.backendFault('error', action, (nodes) =>
          this.backend.fail({ nodes, errno, ...(next === null ? {} : { next }) }),
        );
        break;
      }
      case 'releaseBackend':
        this.endBackendFaults(action, 'hold', (id) => this.backend.release(id));
        break;
      case 'discardBackend':
        this.endBackendFaults(action, 'hold', (id) => this.backend.discard(id));
        break;
      case 'restoreBackend':
        this.endBackendFaults(action, 'hold', (id) => this.backend.release(id));
        this.endBackendFaults(action, 'slow', (id) => this.backend.heal(id));
        this.endBackendFaults(action, 'error', (id) => this.backend.heal(id));
        break;
      case 'dropLink':
      case 'holdLink':
        for (const link of action.links) {
          this.linkFault(action.kind === 'dropLink' ? 'drop' : 'hold', link, action.direction);
        }
        break;
      case 'restoreLink':
        for (const link of action.links) this.restoreLink(link, action.direction);
        break;
      case 'stopWorkload':
        for (const name of action.workloads) this.stopWorkload(name);
        break;
    }
  }

  /** Ends every hold, of the backend and of links, so that nothing is kept from its end; drops stay. */
  releaseHolds(): void {
    const nodes = [...this.open].flatMap((fault) =>
      fault.target.on === 'backend' ? fault.target.nodes : [],
    );
    this.endBackendFaults({ nodes }, 'hold', (id) => this.backend.release(id));
    for (const fault of this.open) {
      if (fault.target.on === 'link' && fault.kind === 'hold') {
        this.restoreLink(fault.target.link, fault.target.direction);
      }
    }
  }

  /** Starts a fault of its own for each node, so that each can be ended by itself. */
  private backendFault(
    kind: FaultKind,
    { nodes, port }: BackendTarget,
    start: (exports: string[]) => string,
  ): void {
    for (const node of nodes) {
      const t = this.clock.now();
      const only = port === undefined ? {} : { port };
      const target: FaultTarget = { on: 'backend', nodes: [node], ...only };
      const where = port === undefined ? node : `${node} port ${port}`;
      const id = start(this.exportsOf(node, port));
      this.started(t, id, kind, target, `${backendVerb[kind]} of ${where}`);
    }
  }

  /** The names by which the backend knows the requests of a node, or of one of its ports. */
  private exportsOf(node: string, port: number | undefined): string[] {
    const meant = this.exports.filter(
      (one) => one.node === node && (port === undefined || one.port === port),
    );
    if (meant.length === 0) throw new Error(`node ${node} has no export of port ${port ?? '*'}`);
    return meant.map(({ name }) => name);
  }

  private linkFault(kind: 'drop' | 'hold', name: string, direction: LinkDirection): void {
    this.endLinkFaults(name, direction);
    const t = this.clock.now();
    const link = this.link(name);
    if (kind === 'drop') link.drop(direction);
    else link.hold(direction);
    const id = `${kind}-link-${++this.count}`;
    const describe = `link ${name} ${kind === 'drop' ? 'drops' : 'holds'} ${inWords[direction]}`;
    this.started(t, id, kind, { on: 'link', link: name, direction }, describe);
  }

  private restoreLink(name: string, direction: LinkDirection): void {
    this.link(name).restore(direction);
    this.endLinkFaults(name, direction);
  }

  /**
   * Ends the records of faults in these directions; what of a fault in both directions is left is recorded
   * as a fault of its own.
   */
  private endLinkFaults(name: string, direction: LinkDirection): void {
    for (const fault of [...this.open]) {
      if (fault.target.on !== 'link' || fault.target.link !== name) continue;
      const had = fault.target.direction;
      if (direction !== 'both' && had !== 'both' && had !== direction) continue;
      this.ended(fault, `link ${name} ${inWords[direction]} as before`);
      if (had !== 'both' || direction === 'both') continue;
      const { kind } = fault;
      const left = direction === 'to-node' ? 'to-host' : 'to-node';
      const id = `${kind}-link-${++this.count}`;
      const target: FaultTarget = { on: 'link', link: name, direction: left };
      const describe = `link ${name} still ${kind === 'drop' ? 'drops' : 'holds'} ${inWords[left]}`;
      this.started(this.clock.now(), id, kind, target, describe);
    }
  }

  /** Ends the backend's open faults of a kind that touch one of the nodes; of one port, those of that port alone. */
  private endBackendFaults(
    { nodes, port }: BackendTarget,
    kind: FaultKind,
    end: (id: string) => void,
  ): void {
    for (const fault of [...this.open]) {
      if (!isBackendFault(fault)) continue;
      if (fault.kind !== kind) continue;
      if (!fault.target.nodes.some((node) => nodes.includes(node))) continue;
      if (port !== undefined && fault.target.port !== port) continue;
      end(fault.id);
      this.ended(fault, `${fault.target.nodes.join(', ')} as before`);
    }
  }

  private started(
    t: number,
    id: string,
    fault: FaultKind,
    target: FaultTarget,
    describe: string,
  ): void {
    this.open.add({ id, kind: fault, target });
    this.record({ t, kind: 'fault-start', id, fault, target, describe });
  }

  private ended(fault: OpenFault, describe: string): void {
    this.open.delete(fault);
    this.record({ t: this.clock.now(), kind: 'fault-end', id: fault.id, describe });
  }

  private link(name: string): LabLink {
    const link = this.links.get(name);
    if (!link) throw new Error(`the lab has no link ${name}`);
    return link;
  }
}

function isBackendFault(fault: OpenFault): fault is OpenFault & { target: BackendFault } {
  return fault.target.on === 'backend';
}

const backendVerb: Record<FaultKind, string> = {
  hold: 'writes held',
  slow: 'writes slowed down',
  error: 'writes failed',
  drop: 'writes dropped',
};

const inWords: Record<LinkDirection, string> = {
  both: 'both ways',
  'to-node': 'from host to node',
  'to-host': 'from node to host',
};
