import type { LabEvent } from '@fenceline/contracts';
import {
  attribute,
  never,
  type Apply,
  type Association,
  type Command,
  type Connection,
  type History,
  type MediumOp,
  type PayloadId,
} from '@fenceline/history';

/** Times of the builder are in ms of the lab's clock; `null` stands for a moment that did not come. */
export interface AssociationOptions {
  link: string;
  node?: string;
  host?: string;
  katoMs?: number;
  tbkas?: boolean;
  cqtMs?: number;
  /** When its admin Connect was answered. Default: 0. */
  connected?: number;
  /** Controller and instance, as Identify Controller data gave them. Default: a number of its own, no CCR. */
  controller?: { cntlid: number; ciu: number; cirn: bigint; ccrl: number };
  /** H; default: the last command that was sent on it. */
  lastNewHostBytes?: number;
  givenUp?: { at: number; by: 'fin' | 'rst' | 'ccr' };
  ccrSuccessDelivered?: number;
  ccrSuccessSent?: number;
}

export interface CommandOptions {
  lba: number;
  /** Name of each block's bytes, one for each block; `0` is the all-zero block. */
  bytes: string | string[];
  sent: number;
  /** Default: 0.1 ms after it was sent. */
  complete?: number | null;
  answered?: number;
  /** Default: 0, where it was answered. */
  status?: number;
  op?: MediumOp | 'read' | 'flush';
}

/** A command of the admin queue, and what it carries. */
export type AdminOptions = Pick<CommandOptions, 'sent' | 'complete' | 'answered' | 'status'> &
  Pick<Command, 'opcode' | 'name' | 'ccr' | 'ccrLog' | 'event'>;

export interface ApplyOptions {
  applied: number | null;
  /** Default: 0.1 ms after the command was complete. */
  received?: number;
  held?: number;
  failed?: boolean;
  /** Blocks of the command that the request covers, by their position. Default: all. */
  blocks?: [first: number, count: number];
  /** The request has bytes that no command carries. */
  unattributed?: string;
}

const opcodes = {
  flush: 0x00,
  write: 0x01,
  read: 0x02,
  'write-zeroes': 0x08,
  deallocate: 0x09,
} as const;
const names = {
  flush: 'Flush',
  write: 'Write',
  read: 'Read',
  'write-zeroes': 'Write Zeroes',
  deallocate: 'Dataset Management',
} as const;

/**
 * Writes histories for tests as one would tell them: associations, commands, applies, events. Numbers them,
 * puts commands and applies in order, and attributes each apply as the rules say (docs/rules, Attribution).
 * A history that is built without anything else ends well: drained, and with no error.
 */
export class HistoryBuilder {
  readonly #associations: { association: Association; options: AssociationOptions }[] = [];
  #commands: Command[] = [];
  #applies: { apply: Apply; unattributed: string | null }[] = [];
  #sent = 0;
  #requests = 0;
  readonly #events: LabEvent[] = [];
  readonly #payloads = new Map<string, number>([['0', 0]]);
  readonly #consoles: History['consoles'] = [];
  readonly #problems: History['problems'] = [];
  #uncertaintyMs = 0;

  association(options: AssociationOptions): Association {
    const id = this.#associations.length;
    const { link, node = link, host = 'host1', connected = 0 } = options;
    const { controller = { cntlid: id + 1, ciu: 0, cirn: 0n, ccrl: 0 } } = options;
    const association: Association = {
      id,
      label: `${host} over ${link}, CNTLID ${controller.cntlid} (#${id})`,
      host,
      hostNqn: `nqn.test:${host}`,
      subsystemNqn: 'nqn.test:array',
      link,
      node,
      ...controller,
      connectedAt: ns(connected),
      connections: [connectionOf(id, link, options)],
      identifiedAt: ns(connected),
      katoMs: options.katoMs ?? 5000,
      tbkas: options.tbkas ?? true,
      cqtMs: options.cqtMs ?? 0,
      lastNewHostBytesAt: 0,
      lastCompleteAt: -never,
      giveUpAt: options.givenUp === undefined ? never : ns(options.givenUp.at),
      giveUpBy: options.givenUp?.by ?? null,
      giveUpAtFrame: null,
      ccrNamedAt: options.givenUp?.by === 'ccr' ? ns(options.givenUp.at) : never,
      ccrSuccessDeliveredAt: ns(options.ccrSuccessDelivered ?? null),
      resetConfirmedDeliveredAt: never,
      ccrSuccessSentAt: ns(options.ccrSuccessSent ?? null),
      resetConfirmedSentAt: never,
    };
    this.#associations.push({ association, options });
    return association;
  }

  command(association: Association, options: CommandOptions): Command {
    const { lba, sent, op = 'write' } = options;
    const bytes = typeof options.bytes === 'string' ? [options.bytes] : options.bytes;
    const answered = options.answered ?? null;
    const number = this.#sent++;
    const complete = options.complete === undefined ? sent + 0.1 : options.complete;
    const command: Command = {
      id: number,
      association: association.id,
      connection: association.id,
      qid: 1,
      cid: 0x3001 + number,
      opcode: opcodes[op],
      name: names[op],
      op,
      nsid: 1,
      slba: lba,
      blocks: bytes.length,
      fua: false,
      payloads: bytes.map((name) => this.payload(name)),
      sentAt: ns(sent),
      sentFrame: { file: `${association.link}.host.pcapng`, frame: number + 1 },
      completeAt: ns(complete),
      answerSentAt: answered === null ? never : ns(answered - 0.1),
      answeredAt: ns(answered),
      answerFrame:
        answered === null
          ? null
          : { file: `${association.link}.host.pcapng`, frame: number + 1001 },
      status: answered === null ? null : (options.status ?? 0),
    };
    this.#commands.push(command);
    return command;
  }

  /** A command of the admin queue. */
  admin(association: Association, options: AdminOptions): Command {
    const { sent, complete, answered, status, ...fields } = options;
    const command = this.command(association, {
      lba: 0,
      bytes: [],
      sent,
      ...(complete === undefined ? {} : { complete }),
      ...(answered === undefined ? {} : { answered }),
      ...(status === undefined ? {} : { status }),
    });
    return Object.assign(command, { qid: 0, op: 'other' as const, ...fields });
  }

  /** The backend received a request of a command from its node. */
  apply(command: Command, options: ApplyOptions): Apply {
    const [first, count] = options.blocks ?? [0, command.blocks];
    const { node } = this.#associations[command.association]!.association;
    const apply: Apply = {
      id: 0,
      request: ++this.#requests,
      node,
      op: command.op as MediumOp,
      slba: command.slba + first,
      blocks: count,
      payloads: command.payloads.slice(first, first + count),
      receivedAt: options.received === undefined ? command.completeAt + 1e5 : ns(options.received),
      appliedAt: ns(options.applied),
      heldAt: options.held === undefined ? null : ns(options.held),
      failed: options.failed ?? false,
      candidates: [],
      unattributed: options.unattributed ?? null,
    };
    this.#applies.push({ apply, unattributed: apply.unattributed });
    return apply;
  }

  /** A command, and the request that applied it: what a path without faults does. */
  write(
    association: Association,
    options: CommandOptions & { applied: number | null; held?: number },
  ): Command {
    const command = this.command(association, options);
    const { applied, held } = options;
    this.apply(command, { applied, ...(held === undefined ? {} : { held }) });
    return command;
  }

  /** The association that a command goes over. */
  associationOf({ association }: Command): Association {
    return this.#associations[association]!.association;
  }

  /** As if they had never been sent. Their requests stay: see `removeApply`. */
  remove(...commands: Command[]): this {
    this.#commands = this.#commands.filter((command) => !commands.includes(command));
    return this;
  }

  removeApply(...applies: Apply[]): this {
    this.#applies = this.#applies.filter(({ apply }) => !applies.includes(apply));
    return this;
  }

  event(event: LabEvent): this {
    this.#events.push(event);
    return this;
  }

  console(vm: string, atMs: number, text: string): this {
    this.#consoles.push({ t: ns(atMs), vm, text });
    return this;
  }

  problem(instrument: string, message: string): this {
    this.#problems.push({ t: 0, instrument, message });
    return this;
  }

  /** The recorder's time stamps may be late by so much, all the time. */
  uncertain(ms: number): this {
    this.#uncertaintyMs = ms;
    return this;
  }

  build(): History {
    const commands = [...this.#commands].sort((a, b) => a.sentAt - b.sentAt);
    commands.forEach((command, id) => (command.id = id));
    const applies = [...this.#applies].sort((a, b) =>
      compare(a.apply.appliedAt, b.apply.appliedAt),
    );
    applies.forEach(({ apply, unattributed }, id) => {
      Object.assign(apply, { id, unattributed, candidates: [] });
      delete apply.altered;
    });
    const associations = this.#associations.map(({ association }) => association);
    const unexplained = attribute(
      applies.map(({ apply }) => apply),
      commands,
      associations,
    );
    for (const { association, options } of this.#associations) {
      const own = commands.filter((command) => command.association === association.id);
      const sent = own.map((command) => command.sentAt);
      const complete = own.map((command) => command.completeAt).filter(Number.isFinite);
      association.lastNewHostBytesAt =
        options.lastNewHostBytes === undefined
          ? Math.max(0, ...sent)
          : ns(options.lastNewHostBytes);
      association.lastCompleteAt = Math.max(-never, ...complete);
    }
    const end = ns(1_000_000);
    return {
      blockSize: 4096,
      payloadHashes: [...this.#payloads.keys()].map((name) => `hash of ${name}`),
      associations,
      commands,
      applies: applies.map(({ apply }) => apply),
      faults: [],
      events: this.#withEnd(end),
      consoles: this.#consoles,
      problems: [...this.#problems, ...unexplained],
      remarks: [],
      end,
      uncertaintyAt: () => this.#uncertaintyMs * 1e6,
    };
  }

  #withEnd(t: number): LabEvent[] {
    const events = [...this.#events];
    if (!events.some(({ kind }) => kind === 'drained')) {
      events.push({ t, kind: 'drained', ok: true, pending: 0 });
    }
    events.push({ t, kind: 'end' });
    return events;
  }

  /** The number of the block's bytes that have this name. */
  payload(name: string): PayloadId {
    let id = this.#payloads.get(name);
    if (id === undefined) this.#payloads.set(name, (id = this.#payloads.size));
    return id;
  }
}

function connectionOf(id: number, link: string, { givenUp }: AssociationOptions): Connection {
  const closed = givenUp !== undefined && givenUp.by !== 'ccr';
  return {
    id,
    link,
    qid: 1,
    hostSocket: `10.0.${id}.1:40000`,
    nodeSocket: `10.0.${id}.2:4420`,
    openedAt: 0,
    hostClosedAt: closed ? ns(givenUp.at) : never,
    nodeClosedAt: never,
    lastNewHostBytesAt: 0,
  };
}

function ns(ms: number | null): number {
  return ms === null ? never : Math.round(ms * 1e6);
}

function compare(a: number, b: number): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
