import { mkdtemp, open, readFile, rm, type FileHandle } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PcapngReader, type CaptureSummary, type PacketDirection } from '@fenceline/capture';
import type { Clock } from '@fenceline/contracts';
import { prefixBytes } from './limits.js';
import { Link, type LinkOptions } from './link.js';

export interface ReadPacket {
  t: number;
  direction: PacketDirection;
  /** The frame's bytes as Latin-1, which compares and prints well. */
  text: string;
  comments: readonly string[];
}

export function monotonicClock(): Clock {
  const zero = process.hrtime.bigint();
  return { now: () => Number(process.hrtime.bigint() - zero) };
}

/** What all open files share, so that a test can make writing slow or impossible. */
export async function fileHandlePrototype(): Promise<FileHandle> {
  const handle = await open(process.execPath);
  await handle.close();
  return Object.getPrototypeOf(handle) as FileHandle;
}

/** A frame with its length prefix. */
export function framed(frame: string | Uint8Array): Buffer {
  const bytes = typeof frame === 'string' ? Buffer.from(frame, 'latin1') : frame;
  const prefix = Buffer.alloc(prefixBytes);
  prefix.writeUInt32BE(bytes.length);
  return Buffer.concat([prefix, bytes]);
}

/** Stands in for a QEMU at one end of a link. */
export class TestPeer {
  readonly socket: Socket;
  /** Whole frames that came, as Latin-1. */
  readonly frames: string[] = [];
  #rest = Buffer.alloc(0);
  #onFrame = (): void => undefined;

  constructor(path: string, { reads = true } = {}) {
    this.socket = connect(path);
    this.socket.on('error', () => undefined);
    if (reads) this.read();
  }

  /** Takes in what came and what comes. */
  read(): void {
    this.socket.on('data', (chunk) => {
      this.#rest = Buffer.concat([this.#rest, chunk]);
      let at = 0;
      while (this.#rest.length - at >= prefixBytes) {
        const end = at + prefixBytes + this.#rest.readUInt32BE(at);
        if (end > this.#rest.length) break;
        this.frames.push(this.#rest.toString('latin1', at + prefixBytes, end));
        at = end;
      }
      this.#rest = this.#rest.subarray(at);
      this.#onFrame();
    });
  }

  send(...frames: (string | Uint8Array)[]): void {
    this.socket.write(Buffer.concat(frames.map(framed)));
  }

  /** Resolves when `count` frames came in all. */
  async received(count: number): Promise<string[]> {
    while (this.frames.length < count) {
      await new Promise<void>((resolve) => {
        this.#onFrame = resolve;
      });
    }
    return this.frames;
  }

  /** Resolves when the link has closed this end. */
  async closed(): Promise<void> {
    if (this.socket.closed) return;
    await new Promise((resolve) => this.socket.once('close', resolve));
  }
}

/** A link in a folder of its own, with what the tests ask of it. */
export class TestLink {
  private constructor(
    readonly folder: string,
    readonly link: Link,
    readonly options: LinkOptions,
  ) {}

  static async open(more: Partial<LinkOptions> = {}): Promise<TestLink> {
    const folder = await mkdtemp(join(tmpdir(), 'fabric-'));
    const options: LinkOptions = {
      name: 'A',
      clock: monotonicClock(),
      hostSocket: join(folder, 'host.sock'),
      nodeSocket: join(folder, 'node.sock'),
      captures: { host: join(folder, 'A.host.pcapng'), node: join(folder, 'A.node.pcapng') },
      startedAtWallSeconds: 1_790_000_000.75,
      ...more,
    };
    return new TestLink(folder, await Link.open(options), options);
  }

  /** Both ends connected. */
  async connect({ nodeReads = true } = {}): Promise<{ host: TestPeer; node: TestPeer }> {
    const host = new TestPeer(this.options.hostSocket);
    const node = new TestPeer(this.options.nodeSocket, { reads: nodeReads });
    await this.link.connected;
    return { host, node };
  }

  /** Resolves when the link has read `count` frames more from both senders. */
  sent(count: number): Promise<void> {
    return new Promise((resolve) => {
      let seen = 0;
      const end = this.link.observe((_frame, _from, _t, delivered) => {
        if (delivered || ++seen < count) return;
        end();
        resolve();
      });
    });
  }

  /** What is in a capture's file now. */
  async capture(end: 'host' | 'node'): Promise<{ packets: ReadPacket[]; summary: CaptureSummary }> {
    const packets: ReadPacket[] = [];
    const reader = new PcapngReader(({ t, direction, bytes, comments }) => {
      packets.push({ t, direction, text: Buffer.from(bytes).toString('latin1'), comments });
    });
    reader.push(await readFile(this.options.captures[end]));
    return { packets, summary: reader.end() };
  }

  async remove(): Promise<void> {
    await this.link.close();
    await rm(this.folder, { recursive: true });
  }
}
