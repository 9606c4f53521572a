import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { Option, OPTION_MAGIC, REPLY_BYTES, REQUEST_BYTES, REQUEST_MAGIC } from './protocol.js';

export interface OptionAnswer {
  option: number;
  type: number;
  data: Buffer;
}

export interface Reply {
  errno: number;
  data: Buffer;
}

export interface RequestFields {
  type: number;
  offset?: number | bigint;
  length?: number;
  flags?: number;
  data?: Uint8Array;
}

/** Options that end with an ACK or an error after any number of other replies. */
const ACK = 1;

/** A small NBD client that also says what no client should say. */
export class NbdClient {
  readonly #socket: Socket;
  readonly closed: Promise<void>;
  #received = Buffer.alloc(0);
  #wanted = 0;
  #wake: (() => void) | null = null;
  #isClosed = false;
  #cookie = 0n;
  readonly #expected = new Map<bigint, { length: number; resolve: (reply: Reply) => void }>();
  #transmitting = false;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (chunk: Buffer) => {
      this.#received = Buffer.concat([this.#received, chunk]);
      if (this.#transmitting) this.#readReplies();
      else if (this.#received.length >= this.#wanted) this.#wake?.();
    });
    socket.on('error', () => undefined);
    this.closed = new Promise((resolve) => {
      socket.on('close', () => {
        this.#isClosed = true;
        this.#wake?.();
        resolve();
      });
    });
  }

  /** Connects and reads the greeting; returns it too. */
  static async greet(path: string): Promise<{ client: NbdClient; greeting: Buffer }> {
    const client = new NbdClient(connect(path));
    return { client, greeting: await client.read(18) };
  }

  /** Connects and opens the export with GO. */
  static async open(path: string, name = ''): Promise<NbdClient> {
    const { client } = await NbdClient.greet(path);
    client.sendFlags(3);
    const answers = await client.option(Option.go, infoData(name));
    if (answers.at(-1)?.type !== ACK) throw new Error('the export was refused');
    client.transmit();
    return client;
  }

  send(bytes: Uint8Array): void {
    this.#socket.write(bytes);
  }

  sendFlags(flags: number): void {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE(flags);
    this.send(bytes);
  }

  sendOption(option: number, data: Uint8Array = Buffer.alloc(0), length = data.length): void {
    const header = Buffer.alloc(16);
    header.writeBigUInt64BE(OPTION_MAGIC, 0);
    header.writeUInt32BE(option, 8);
    header.writeUInt32BE(length, 12);
    this.send(Buffer.concat([header, data]));
  }

  /** Sends an option and reads its answers up to the ACK or the error. */
  async option(option: number, data?: Uint8Array): Promise<OptionAnswer[]> {
    this.sendOption(option, data);
    return this.readAnswers();
  }

  async readAnswers(): Promise<OptionAnswer[]> {
    const answers: OptionAnswer[] = [];
    for (;;) {
      const header = await this.read(20);
      const type = header.readUInt32BE(12);
      const data = await this.read(header.readUInt32BE(16));
      answers.push({ option: header.readUInt32BE(8), type, data });
      if (type === ACK || type >= 0x8000_0000) return answers;
    }
  }

  /** Reads exactly so many bytes of the handshake. */
  async read(length: number): Promise<Buffer> {
    while (this.#received.length < length) {
      if (this.#isClosed) throw new Error('the server closed the connection');
      this.#wanted = length;
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
    const bytes = this.#received.subarray(0, length);
    this.#received = this.#received.subarray(length);
    return bytes;
  }

  /** The handshake is over: from now on what comes in are replies. */
  transmit(): void {
    this.#transmitting = true;
    this.#readReplies();
  }

  /** Resolves with the reply to a request of this cookie that is sent by hand. */
  reply(cookie: bigint, readLength = 0): Promise<Reply> {
    return new Promise((resolve) => {
      this.#expected.set(cookie, { length: readLength, resolve });
    });
  }

  /** Sends a request; resolves with its reply, never when none comes. */
  request(fields: RequestFields): Promise<Reply> {
    const cookie = ++this.#cookie + (0xabcdn << 48n);
    const isRead = fields.type === 0;
    const length = fields.data?.length ?? fields.length ?? 0;
    const replied = this.reply(cookie, isRead ? length : 0);
    this.send(requestBytes(fields, cookie));
    return replied;
  }

  async write(offset: number, data: Uint8Array, flags = 0): Promise<Reply> {
    return this.request({ type: 1, offset, data, flags });
  }

  async readAt(offset: number, length: number): Promise<Buffer> {
    const reply = await this.request({ type: 0, offset, length });
    if (reply.errno !== 0) throw new Error(`read failed with ${reply.errno}`);
    return reply.data;
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  /** Goes away without a word. */
  destroy(): Promise<void> {
    this.#socket.destroy();
    return this.closed;
  }

  #readReplies(): void {
    while (this.#received.length >= REPLY_BYTES) {
      const cookie = this.#received.readBigUInt64BE(8);
      const errno = this.#received.readUInt32BE(4);
      const expected = this.#expected.get(cookie);
      if (expected === undefined) throw new Error(`a reply to nobody: ${cookie}`);
      const length = errno === 0 ? expected.length : 0;
      if (this.#received.length < REPLY_BYTES + length) return;
      this.#expected.delete(cookie);
      const data = this.#received.subarray(REPLY_BYTES, REPLY_BYTES + length);
      this.#received = this.#received.subarray(REPLY_BYTES + length);
      expected.resolve({ errno, data });
    }
  }
}

export function requestBytes(fields: RequestFields, cookie: bigint): Buffer {
  const header = Buffer.alloc(REQUEST_BYTES);
  header.writeUInt32BE(REQUEST_MAGIC, 0);
  header.writeUInt16BE(fields.flags ?? 0, 4);
  header.writeUInt16BE(fields.type, 6);
  header.writeBigUInt64BE(cookie, 8);
  header.writeBigUInt64BE(BigInt(fields.offset ?? 0), 16);
  header.writeUInt32BE(fields.data?.length ?? fields.length ?? 0, 24);
  return fields.data === undefined ? header : Buffer.concat([header, fields.data]);
}

/** Data of GO and INFO. */
export function infoData(name: string, infos: number[] = []): Buffer {
  const bytes = Buffer.from(name);
  const data = Buffer.alloc(6 + bytes.length + infos.length * 2);
  data.writeUInt32BE(bytes.length, 0);
  bytes.copy(data, 4);
  data.writeUInt16BE(infos.length, 4 + bytes.length);
  infos.forEach((info, index) => data.writeUInt16BE(info, 6 + bytes.length + index * 2));
  return data;
}
