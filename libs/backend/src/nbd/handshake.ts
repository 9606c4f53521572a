import {
  HandshakeFlag,
  Info,
  MAX_PAYLOAD_BYTES,
  NBD_MAGIC,
  OPTION_MAGIC,
  OPTION_REPLY_MAGIC,
  Option,
  OptionReply,
  TRANSMISSION_FLAGS,
} from './protocol.js';

/** What a socket offers. */
export interface OfferedExport {
  readonly name: string;
  /** Bytes of the medium. */
  readonly size: number;
  /** Bytes of a logical block: the size of request that clients should prefer. */
  readonly blockSize: number;
}

/** Where the handshake stands: `refused` means that the connection is to be closed. */
export type HandshakeState = 'options' | 'transmission' | 'refused';

const OPTION_HEADER_BYTES = 16;
/** No option that we know is longer: a name has at most 4096 bytes. */
const MAX_OPTION_BYTES = 8 * 1024;
const EXPORT_NAME_PADDING = 124;

/**
 * The server's side of the fixed newstyle handshake for a socket with one export, which is also the
 * default export (the empty name). Bytes in, bytes out: it knows of no socket.
 */
export class Handshake {
  readonly #offered: OfferedExport;
  readonly #send: (bytes: Uint8Array) => void;
  #state: HandshakeState = 'options';
  #buffered: Buffer = Buffer.alloc(0);
  #clientFlags: number | null = null;
  /** Bytes of an option that is too long, still to be dropped. */
  #skip = 0;

  constructor(offered: OfferedExport, send: (bytes: Uint8Array) => void) {
    this.#offered = offered;
    this.#send = send;
    const greeting = Buffer.alloc(18);
    greeting.writeBigUInt64BE(NBD_MAGIC, 0);
    greeting.writeBigUInt64BE(OPTION_MAGIC, 8);
    greeting.writeUInt16BE(HandshakeFlag.fixedNewstyle | HandshakeFlag.noZeroes, 16);
    send(greeting);
  }

  get state(): HandshakeState {
    return this.#state;
  }

  /** Takes what the client sent; returns what is left of it once the handshake is over. */
  push(chunk: Buffer): Buffer {
    this.#buffered = this.#buffered.length === 0 ? chunk : Buffer.concat([this.#buffered, chunk]);
    while (this.#state === 'options' && this.#step());
    const rest = this.#buffered;
    if (this.#state !== 'options') this.#buffered = Buffer.alloc(0);
    return rest;
  }

  /** Reads one message; false when it is not whole yet. */
  #step(): boolean {
    if (this.#skip > 0) {
      const dropped = this.#take(Math.min(this.#skip, this.#buffered.length));
      this.#skip -= dropped.length;
      return dropped.length > 0;
    }
    if (this.#clientFlags === null) {
      if (this.#buffered.length < 4) return false;
      this.#clientFlags = this.#take(4).readUInt32BE(0);
      const known = HandshakeFlag.fixedNewstyle | HandshakeFlag.noZeroes;
      if ((this.#clientFlags & ~known) !== 0) this.#state = 'refused';
      return true;
    }
    if (this.#buffered.length < OPTION_HEADER_BYTES) return false;
    if (this.#buffered.readBigUInt64BE(0) !== OPTION_MAGIC) {
      this.#state = 'refused';
      return true;
    }
    const option = this.#buffered.readUInt32BE(8);
    const length = this.#buffered.readUInt32BE(12);
    if (length > MAX_OPTION_BYTES) {
      this.#take(OPTION_HEADER_BYTES);
      this.#skip = length;
      // An export name cannot be answered with an error.
      if (option === Option.exportName) this.#state = 'refused';
      else this.#reply(option, OptionReply.tooBig);
      return true;
    }
    if (this.#buffered.length < OPTION_HEADER_BYTES + length) return false;
    this.#take(OPTION_HEADER_BYTES);
    this.#answer(option, this.#take(length));
    return true;
  }

  #take(bytes: number): Buffer {
    const taken = this.#buffered.subarray(0, bytes);
    this.#buffered = this.#buffered.subarray(bytes);
    return taken;
  }

  #answer(option: number, data: Buffer): void {
    switch (option) {
      case Option.exportName:
        this.#exportName(data);
        return;
      case Option.abort:
        this.#reply(option, OptionReply.ack);
        this.#state = 'refused';
        return;
      case Option.list:
        this.#list(data);
        return;
      case Option.info:
      case Option.go:
        this.#goOrInfo(option, data);
        return;
      default:
        this.#reply(option, OptionReply.unsupported);
    }
  }

  #isOffered(name: string): boolean {
    return name === '' || name === this.#offered.name;
  }

  /** The old way in: the answer has no place for an error, so a wrong name ends the connection. */
  #exportName(data: Buffer): void {
    if (!this.#isOffered(data.toString('utf8'))) {
      this.#state = 'refused';
      return;
    }
    const noZeroes = (this.#clientFlags! & HandshakeFlag.noZeroes) !== 0;
    const answer = Buffer.alloc(10 + (noZeroes ? 0 : EXPORT_NAME_PADDING));
    answer.writeBigUInt64BE(BigInt(this.#offered.size), 0);
    answer.writeUInt16BE(TRANSMISSION_FLAGS, 8);
    this.#send(answer);
    this.#state = 'transmission';
  }

  #list(data: Buffer): void {
    if (data.length > 0) {
      this.#reply(Option.list, OptionReply.invalid);
      return;
    }
    const name = Buffer.from(this.#offered.name, 'utf8');
    const length = Buffer.alloc(4);
    length.writeUInt32BE(name.length, 0);
    this.#reply(Option.list, OptionReply.server, Buffer.concat([length, name]));
    this.#reply(Option.list, OptionReply.ack);
  }

  #goOrInfo(option: number, data: Buffer): void {
    const asked = parseInfoRequest(data);
    if (asked === null) {
      this.#reply(option, OptionReply.invalid);
      return;
    }
    if (!this.#isOffered(asked.name)) {
      this.#reply(option, OptionReply.unknown);
      return;
    }
    const about = Buffer.alloc(12);
    about.writeUInt16BE(Info.export, 0);
    about.writeBigUInt64BE(BigInt(this.#offered.size), 2);
    about.writeUInt16BE(TRANSMISSION_FLAGS, 10);
    this.#reply(option, OptionReply.info, about);
    if (asked.wantsBlockSize) {
      // Any alignment is taken, so that no client reads, patches and writes back on its own account:
      // that would be a write which nobody sent.
      const sizes = Buffer.alloc(14);
      sizes.writeUInt16BE(Info.blockSize, 0);
      sizes.writeUInt32BE(1, 2);
      sizes.writeUInt32BE(this.#offered.blockSize, 6);
      sizes.writeUInt32BE(MAX_PAYLOAD_BYTES, 10);
      this.#reply(option, OptionReply.info, sizes);
    }
    this.#reply(option, OptionReply.ack);
    if (option === Option.go) this.#state = 'transmission';
  }

  #reply(option: number, type: number, data: Buffer = Buffer.alloc(0)): void {
    const header = Buffer.alloc(20);
    header.writeBigUInt64BE(OPTION_REPLY_MAGIC, 0);
    header.writeUInt32BE(option, 8);
    header.writeUInt32BE(type, 12);
    header.writeUInt32BE(data.length, 16);
    this.#send(Buffer.concat([header, data]));
  }
}

/** Data of GO and INFO: name with its length, number of information requests, the requests. */
function parseInfoRequest(data: Buffer): { name: string; wantsBlockSize: boolean } | null {
  if (data.length < 6) return null;
  const nameLength = data.readUInt32BE(0);
  if (data.length < 6 + nameLength) return null;
  const count = data.readUInt16BE(4 + nameLength);
  const first = 6 + nameLength;
  if (data.length !== first + count * 2) return null;
  let wantsBlockSize = false;
  for (let i = 0; i < count; i++) {
    if (data.readUInt16BE(first + i * 2) === Info.blockSize) wantsBlockSize = true;
  }
  return { name: data.toString('utf8', 4, 4 + nameLength), wantsBlockSize };
}
