import { EventEmitter } from 'node:events';
import { rm } from 'node:fs/promises';
import type { Socket } from 'node:net';
import type { Clock, LinkDirection } from '@fenceline/contracts';
import { UnixListener, type Owner } from '@fenceline/sockets';
import { CaptureFile } from './capture-file.js';
import { defaultHighWater } from './limits.js';
import {
  OneWay,
  otherEnd,
  type DirectionState,
  type DirectionStats,
  type FrameObserver,
  type LinkEnd,
} from './one-way.js';
import { Pacer } from './pacer.js';
import { Peer } from './peer.js';

export interface LinkOptions {
  /** Name of the link, e.g. `A`: the captures' interfaces are then `A.host` and `A.node`. */
  name: string;
  clock: Clock;
  /** Paths of the Unix sockets on which the link listens, in a folder that exists. */
  hostSocket: string;
  nodeSocket: string;
  /** Paths of the two captures, which must not exist. */
  captures: { host: string; node: string };
  /** Wall clock at the clock's zero, in seconds since 1970; captures state it in whole seconds. */
  startedAtWallSeconds: number;
  /**
   * Bytes that may wait in each direction before its sender is not read.
   * @defaultValue 1 MiB
   */
  highWater?: number;
  /** User and group that own the sockets. */
  owner?: Owner;
  /** Shared by the links of a process. @defaultValue one of its own */
  pacer?: Pacer;
}

export interface LinkStats {
  toNode: DirectionStats;
  toHost: DirectionStats;
}

export interface LinkEvents {
  /** A QEMU connected at this end. */
  connected: [LinkEnd];
  /** The QEMU at this end closed its socket or died; another one may connect. */
  disconnected: [LinkEnd];
}

const nothing = (): void => undefined;

/**
 * An Ethernet cable between the network cards of two QEMU processes, each connected by
 * `-netdev stream,server=off,addr.type=unix`. Every frame is captured where it was sent, at the time it
 * was read, and where it arrived, at the time it was handed over; faults act on each direction.
 *
 * When the link cannot do its duty any more (a stream that makes no sense, a capture that cannot be
 * written) it closes both ends and `failed` resolves: what is recorded from then on is no evidence.
 */
export class Link extends EventEmitter<LinkEvents> {
  readonly name: string;
  /** Resolves when both ends are connected for the first time; rejects when the link ends before. */
  readonly connected: Promise<void>;
  /** Resolves with the reason when the link itself failed; stays pending otherwise. */
  readonly failed: Promise<Error>;
  readonly #options: LinkOptions;
  readonly #observers = new Set<FrameObserver>();
  readonly #captures: Record<LinkEnd, CaptureFile>;
  /** The two directions, named by their sender. */
  readonly #from: Record<LinkEnd, OneWay>;
  readonly #peers: Record<LinkEnd, Peer | null> = { host: null, node: null };
  readonly #pacer: Pacer;
  #ports: UnixListener[] = [];
  #resolveConnected = nothing;
  #rejectConnected: (reason: Error) => void = nothing;
  #resolveFailed: (reason: Error) => void = nothing;
  #ended = false;
  #closing: Promise<void> | null = null;

  private constructor(options: LinkOptions, captures: Record<LinkEnd, CaptureFile>) {
    super();
    this.name = options.name;
    this.#pacer = options.pacer ?? new Pacer();
    this.#options = options;
    this.#captures = captures;
    this.#from = { host: this.#direction('host'), node: this.#direction('node') };
    this.connected = new Promise((resolve, reject) => {
      this.#resolveConnected = resolve;
      this.#rejectConnected = reject;
    });
    // Whoever does not wait for the connection need not hear that it did not come.
    this.connected.catch(nothing);
    this.failed = new Promise((resolve) => {
      this.#resolveFailed = resolve;
    });
  }

  /** Creates both captures and listens on both sockets; on failure nothing is left behind. */
  static async open(options: LinkOptions): Promise<Link> {
    const captures: CaptureFile[] = [];
    const made: string[] = [];
    let link: Link | undefined;
    const capture = async (end: LinkEnd): Promise<CaptureFile> => {
      const path = options.captures[end];
      const file = await CaptureFile.open({
        path,
        name: `${options.name}.${end}`,
        description: `link ${options.name} at the ${end}'s port`,
        startedAtWallSeconds: options.startedAtWallSeconds,
        onRoom: () => {
          if (link !== undefined) link.#regulate();
        },
        onFailure: (error) => {
          if (link !== undefined) link.#fail(error);
        },
      });
      captures.push(file);
      made.push(path);
      return file;
    };
    try {
      link = new Link(options, { host: await capture('host'), node: await capture('node') });
      await link.#listen();
      return link;
    } catch (error) {
      if (link !== undefined) await link.close();
      else await Promise.all(captures.map((file) => file.close()));
      await Promise.all(made.map((path) => rm(path)));
      throw error;
    }
  }

  /** From now on, frames that enter in this direction are lost; those on their way arrive. */
  drop(direction: LinkDirection): void {
    this.#setState(direction, 'drop');
  }

  /**
   * From now on, frames that enter in this direction wait, in order, until `restore`. Beyond
   * `highWater` their sender is not read any more.
   */
  hold(direction: LinkDirection): void {
    this.#setState(direction, 'hold');
  }

  /** Ends the fault in this direction; frames that were held are released, in order. */
  restore(direction: LinkDirection): void {
    this.#setState(direction, 'up');
  }

  /**
   * Delivers a frame at an end that the other one has not sent, past every fault and before whatever waits. `make` is
   * called when the end's socket can take it.
   */
  forge(to: LinkEnd, make: () => Uint8Array): void {
    this.#from[otherEnd(to)].forge(make);
  }

  /** Shows every frame to `observer` from now on; returns what ends that. */
  observe(observer: FrameObserver): () => void {
    this.#observers.add(observer);
    return () => this.#observers.delete(observer);
  }

  stats(): LinkStats {
    return { toNode: this.#from.host.stats(), toHost: this.#from.node.stats() };
  }

  /** Resolves when every frame captured so far is in its file. */
  async flush(): Promise<void> {
    await Promise.all([this.#captures.host.flush(), this.#captures.node.flush()]);
  }

  /** Disconnects both ends, completes the captures and removes the sockets. May be called again. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#end(new Error(`link ${this.name} was closed before both ends were connected`));
    await Promise.all(this.#ports.map((port) => port.close()));
    await Promise.all([this.#captures.host.close(), this.#captures.node.close()]);
  }

  async #listen(): Promise<void> {
    const { hostSocket, nodeSocket, owner } = this.#options;
    const maxClients = 1;
    for (const [end, path] of [
      ['host', hostSocket],
      ['node', nodeSocket],
    ] as const) {
      const accept = (accepted: Socket) => this.#accept(end, accepted);
      this.#ports.push(await UnixListener.listen({ path, owner, maxClients }, accept));
    }
  }

  #direction(from: LinkEnd): OneWay {
    const to = otherEnd(from);
    return new OneWay({
      link: this.name,
      from,
      clock: this.#options.clock,
      highWater: this.#options.highWater ?? defaultHighWater,
      sentCapture: this.#captures[from],
      deliveredCapture: this.#captures[to],
      observers: this.#observers,
      pacer: this.#pacer,
    });
  }

  #accept(end: LinkEnd, accepted: Socket): void {
    if (this.#ended) {
      accepted.destroy();
      return;
    }
    const outgoing = this.#from[end];
    const incoming = this.#from[otherEnd(end)];
    const peer = new Peer(accepted, {
      chunk: (bytes) => {
        if (this.#ended) return false;
        const problem = outgoing.receive(bytes);
        if (problem !== null) this.#fail(this.#streamError(end, problem));
        return outgoing.needs(bytes.buffer);
      },
      sent: (handedOver) => incoming.sent(handedOver),
      gone: () => {
        this.#peers[end] = null;
        incoming.receiverGone();
        const problem = outgoing.senderGone();
        if (this.#ended) return;
        if (problem !== null) this.#fail(this.#streamError(end, problem));
        this.emit('disconnected', end);
      },
    });
    this.#peers[end] = peer;
    incoming.setReceiver(peer);
    outgoing.setSender(peer);
    this.emit('connected', end);
    if (this.#peers[otherEnd(end)] !== null) this.#resolveConnected();
  }

  #streamError(end: LinkEnd, problem: string): Error {
    return new Error(`link ${this.name}, stream of the ${end}'s network card: ${problem}`);
  }

  #setState(direction: LinkDirection, state: DirectionState): void {
    if (direction !== 'to-host') this.#from.host.setState(state);
    if (direction !== 'to-node') this.#from.node.setState(state);
  }

  #regulate(): void {
    this.#from.host.regulate();
    this.#from.node.regulate();
  }

  #fail(error: Error): void {
    if (this.#ended) return;
    this.#resolveFailed(error);
    this.#end(error);
  }

  /** Nothing is forwarded from here on. */
  #end(reason: Error): void {
    this.#ended = true;
    this.#rejectConnected(reason);
    this.#peers.host?.destroy();
    this.#peers.node?.destroy();
  }
}
