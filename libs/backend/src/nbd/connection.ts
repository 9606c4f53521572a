import type { JournalOp } from '@fenceline/capture';
import { readInto } from '@fenceline/sockets';
import type { Socket } from 'node:net';
import { Task } from '../request.js';
import type { Client } from '../request.js';
import { Handshake } from './handshake.js';
import type { OfferedExport } from './handshake.js';
import {
  Command,
  CommandFlag,
  Errno,
  MAX_PAYLOAD_BYTES,
  REPLY_BYTES,
  REPLY_MAGIC,
  REQUEST_BYTES,
  REQUEST_MAGIC,
  replyErrno,
} from './protocol.js';
import { ReceiveBuffer } from './receive-buffer.js';

/** What a connection needs of the backend. */
export interface ConnectionHost {
  /** No more requests should be taken for now; {@link Connection.proceed} is called when they may. */
  readonly blocked: boolean;
  /** The handshake is over; returns the number of the connection. */
  opened(connection: Connection): number;
  nextRequestId(): number;
  /** A whole request was read. Its payload is only lent: it is overwritten unless `keepPayload` was called. */
  received(task: Task): void;
  /** These answers were handed to the socket. */
  replied(tasks: readonly Task[]): void;
  closed(connection: Connection): void;
}

/** The export that a connection came to. */
export interface ConnectedExport extends OfferedExport {
  /** Number of the export in the journal. */
  readonly number: number;
  /** Name of the array node that it belongs to. */
  readonly node: string;
}

/** Bounds of what one client may have unanswered; QEMU sends at most 16 requests at once. */
const MAX_UNANSWERED = 1024;
const MAX_UNANSWERED_BYTES = 256 * 1024 * 1024;

/** With this many bytes of answers that the client does not fetch no more requests are taken. */
const MAX_UNSENT_BYTES = 16 * 1024 * 1024;

/** Answers gathered while a chunk is read are sent at the latest with this many bytes of data. */
const SEND_AT_BYTES = 1024 * 1024;

const REPLIES_AT_ONCE = 256;

interface Refused {
  high: number;
  low: number;
  errno: number;
}

/**
 * One client: the handshake, then requests out of the socket and answers into it.
 *
 * A payload is used where it was read. The answers to all requests that were read at once leave in one write.
 */
export class Connection implements Client {
  readonly node: string;
  readonly export: number;
  readonly client: Client = this;
  /** Resolves when the socket is closed and the host knows. */
  readonly closed: Promise<void>;
  readonly #socket: Socket;
  readonly #host: ConnectionHost;
  readonly #size: number;
  #handshake: Handshake | null;
  #number = 0;

  readonly #input = new ReceiveBuffer();
  /** Bytes of a refused write's payload, still to be dropped, and the answer that follows. */
  #skip = 0;
  #refused: Refused | null = null;
  /** No more requests should be taken: what came in waits, and the socket is not read. */
  #stopped = false;

  #replies = Buffer.alloc(REPLIES_AT_ONCE * REPLY_BYTES);
  #repliesView = new DataView(this.#replies.buffer, this.#replies.byteOffset);
  #replyBytes = 0;
  /** Pieces of answers in front of those in `#replies` from `#repliesFrom` on, where reads have data. */
  #pieces: Uint8Array[] = [];
  #repliesFrom = 0;
  #pieceBytes = 0;
  #answered: Task[] = [];
  #reading = false;

  #unanswered = 0;
  #unansweredBytes = 0;
  /** Unanswered requests that the connection waits for before it ends: those never held. */
  #waitedFor = 0;
  #ending = false;
  #closed = false;

  /** @param accepted - the socket that the client connected to */
  constructor(accepted: Socket, exported: ConnectedExport, host: ConnectionHost) {
    const input = this.#input;
    const socket = readInto(accepted, {
      space: () => input.space(),
      received: (bytes) => {
        input.came(bytes);
        this.#take();
        return !this.#stopped;
      },
    });
    this.#socket = socket;
    this.#host = host;
    this.#size = exported.size;
    this.node = exported.node;
    this.export = exported.number;
    this.#handshake = new Handshake(exported, (bytes) => socket.write(bytes));
    socket.on('drain', () => this.proceed());
    socket.on('end', () => this.#end());
    // A client that vanishes is no error here; `close` follows.
    socket.on('error', () => undefined);
    this.closed = new Promise((resolve) => {
      socket.on('close', () => {
        this.#closed = true;
        host.closed(this);
        resolve();
      });
    });
  }

  /** Number of the connection in the journal; 0 before its handshake is over. */
  get connection(): number {
    return this.#number;
  }

  /** Ends the connection now, answered or not. */
  destroy(): void {
    this.#closed = true;
    this.#socket.destroy();
  }

  /** Takes up what was left while no more requests should be taken, if they may be taken now. */
  proceed(): void {
    if (!this.#stopped || this.#closed || this.#isBlocked()) return;
    this.#stopped = false;
    this.#read();
    if (!this.#isStopped()) this.#socket.resume();
  }

  answer(task: Task, errno: number): void {
    this.forget(task);
    if (this.#closed) return;
    this.#reply(task.cookieHigh, task.cookieLow, errno);
    this.#answered.push(task);
    if (task.op === 'read' && task.data !== null && errno === Errno.ok) {
      this.#pieces.push(this.#replies.subarray(this.#repliesFrom, this.#replyBytes), task.data);
      this.#pieceBytes += task.data.length;
      this.#repliesFrom = this.#replyBytes;
      task.data = null;
    }
    if (!this.#reading) {
      this.#send();
      this.#endWhenDone();
      this.proceed();
    } else if (this.#pieceBytes >= SEND_AT_BYTES) {
      this.#send();
    }
  }

  held(): void {
    this.#waitedFor--;
    if (!this.#reading) this.#endWhenDone();
  }

  forget(task: Task): void {
    this.#unanswered--;
    this.#unansweredBytes -= task.length;
    if (task.heldAt === null) this.#waitedFor--;
  }

  #isBlocked(): boolean {
    return (
      this.#host.blocked ||
      this.#unanswered >= MAX_UNANSWERED ||
      this.#unansweredBytes >= MAX_UNANSWERED_BYTES ||
      this.#socket.writableLength >= MAX_UNSENT_BYTES
    );
  }

  /** `#stopped`, which `#read` may have set. */
  #isStopped(): boolean {
    return this.#stopped;
  }

  #take(): void {
    const input = this.#input;
    if (this.#closed || this.#ending) {
      input.take(input.length);
      return;
    }
    if (this.#handshake !== null) {
      const rest = this.#handshake.push(Buffer.from(input.bytes));
      const { state } = this.#handshake;
      input.take(input.length - (state === 'transmission' ? rest.length : 0));
      if (state === 'refused') this.#socket.destroySoon();
      if (state !== 'transmission') return;
      this.#handshake = null;
      this.#number = this.#host.opened(this);
    }
    this.#read();
  }

  /** Takes the requests that are there in full, and sends the answers that are ready then. */
  #read(): void {
    const input = this.#input;
    this.#reading = true;
    while (input.length > 0 && !this.#ending && !this.#closed) {
      if (this.#skip > 0) {
        this.#skip -= input.take(Math.min(this.#skip, input.length)).length;
        if (this.#skip === 0) this.#answerRefused();
      } else if (input.length < REQUEST_BYTES) {
        break;
      } else if (this.#isBlocked()) {
        this.#stopped = true;
        break;
      } else if (!this.#request()) {
        break;
      }
    }
    this.#reading = false;
    this.#send();
    this.#endWhenDone();
  }

  /** Takes one request; false when its payload is not there in full. */
  #request(): boolean {
    const input = this.#input;
    const { view, at } = input;
    if (view.getUint32(at) !== REQUEST_MAGIC) {
      this.destroy();
      return false;
    }
    const flags = view.getUint16(at + 4);
    const command = view.getUint16(at + 6);
    const high = view.getUint32(at + 8);
    const low = view.getUint32(at + 12);
    const offset = view.getUint32(at + 16) * 0x1_0000_0000 + view.getUint32(at + 20);
    const length = view.getUint32(at + 24);
    if (command === Command.disconnect) {
      this.#end();
      return false;
    }
    const op = opOf(command);
    const errno = op === null ? Errno.invalid : this.#objection(op, flags, offset, length);
    if (op === null || errno !== Errno.ok) {
      input.take(REQUEST_BYTES);
      this.#refused = { high, low, errno };
      // A write's payload follows whatever we think of it; it is dropped as it comes.
      if (command === Command.write && length > 0) this.#skip = length;
      else this.#answerRefused();
      return true;
    }
    const payloadBytes = op === 'write' ? length : 0;
    if (input.length < REQUEST_BYTES + payloadBytes) {
      input.expect(REQUEST_BYTES + payloadBytes);
      return false;
    }
    input.take(REQUEST_BYTES);
    const fua = (flags & CommandFlag.fua) !== 0;
    const task = new Task(this.#host.nextRequestId(), this, op, fua, offset, length, high, low);
    if (op === 'write') task.data = input.take(payloadBytes);
    this.#accept(task);
    return true;
  }

  /** What the protocol has against a request; `Errno.ok` when nothing. */
  #objection(op: JournalOp, flags: number, offset: number, length: number): number {
    const allowed = op === 'write-zeroes' ? CommandFlag.fua | CommandFlag.noHole : CommandFlag.fua;
    if ((flags & ~allowed) !== 0) return Errno.invalid;
    if (op === 'flush') return offset === 0 && length === 0 ? Errno.ok : Errno.invalid;
    if (length === 0) return Errno.invalid;
    if ((op === 'read' || op === 'write') && length > MAX_PAYLOAD_BYTES) return Errno.invalid;
    if (offset + length <= this.#size) return Errno.ok;
    return op === 'write' || op === 'write-zeroes' ? Errno.noSpace : Errno.invalid;
  }

  #accept(task: Task): void {
    this.#unanswered++;
    this.#unansweredBytes += task.length;
    this.#waitedFor++;
    this.#host.received(task);
  }

  #answerRefused(): void {
    const { high, low, errno } = this.#refused!;
    this.#refused = null;
    this.#reply(high, low, errno);
  }

  #reply(high: number, low: number, errno: number): void {
    if (this.#replyBytes === this.#replies.length) this.#send();
    const at = this.#replyBytes;
    const view = this.#repliesView;
    view.setUint32(at, REPLY_MAGIC);
    view.setUint32(at + 4, errno === Errno.ok ? Errno.ok : replyErrno(errno));
    view.setUint32(at + 8, high);
    view.setUint32(at + 12, low);
    this.#replyBytes = at + REPLY_BYTES;
  }

  /** Hands the gathered answers to the socket. */
  #send(): void {
    if (this.#replyBytes === 0 || this.#closed) return;
    const replies = this.#replies.subarray(this.#repliesFrom, this.#replyBytes);
    if (this.#pieces.length === 0) {
      this.#socket.write(replies);
    } else {
      this.#socket.cork();
      for (const piece of this.#pieces) this.#socket.write(piece);
      if (replies.length > 0) this.#socket.write(replies);
      this.#socket.uncork();
      this.#pieces = [];
      this.#pieceBytes = 0;
    }
    if (this.#socket.writableLength > 0) {
      // The socket still needs the bytes.
      this.#replies = Buffer.alloc(REPLIES_AT_ONCE * REPLY_BYTES);
      this.#repliesView = new DataView(this.#replies.buffer, this.#replies.byteOffset);
    }
    this.#replyBytes = 0;
    this.#repliesFrom = 0;
    if (this.#answered.length > 0) {
      const answered = this.#answered;
      this.#answered = [];
      this.#host.replied(answered);
    }
  }

  /** The client sends no more: what it is owed is still answered, except what a fault holds. */
  #end(): void {
    this.#ending = true;
    if (!this.#reading) this.#endWhenDone();
  }

  #endWhenDone(): void {
    if (this.#ending && !this.#closed && this.#waitedFor === 0) this.#socket.destroySoon();
  }
}

function opOf(command: number): JournalOp | null {
  switch (command) {
    case Command.read:
      return 'read';
    case Command.write:
      return 'write';
    case Command.flush:
      return 'flush';
    case Command.trim:
      return 'trim';
    case Command.writeZeroes:
      return 'write-zeroes';
    default:
      return null;
  }
}
