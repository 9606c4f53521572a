import type { Medium, MediumRequest, MediumResult } from '@fenceline/reference';
import {
  closeSync,
  constants,
  fdatasync,
  openSync,
  read,
  readdirSync,
  readFileSync,
  write,
} from 'node:fs';
import { AlignedMemory } from './aligned-memory.js';

/** The largest transfer that the controllers allow (MDTS), and how many go to the device at once. */
const pieceBytes = 1024 * 1024;
const pieces = 64;

const sectorBytes = 512;

/**
 * A block device of the guest as a medium. Each request goes to the device as it is, past every cache: reads see what
 * other nodes wrote, and an answered write has left the guest. A deallocation changes nothing: it is a hint.
 */
export class BlockDevice implements Medium {
  readonly blockSize: number;
  readonly size: number;
  readonly #plain: number;
  /** As the other, but a write returns only once it is on the medium (FUA). */
  readonly #durable: number;
  readonly #memory = new AlignedMemory(pieceBytes, pieces);

  /** @param name as in /dev, e.g. `vda` */
  constructor(name: string) {
    const attribute = (path: string) =>
      Number(readFileSync(`/sys/block/${name}/${path}`, 'utf8').trim());
    this.blockSize = attribute('queue/logical_block_size');
    this.size = attribute('size') * sectorBytes;
    const flags = constants.O_RDWR | constants.O_DIRECT;
    this.#plain = openSync(`/dev/${name}`, flags);
    this.#durable = openSync(`/dev/${name}`, flags | constants.O_DSYNC);
  }

  /** Opens the block device with this serial number. @throws Error when there is none */
  static withSerial(serial: string): BlockDevice {
    const name = readdirSync('/sys/block').find((device) => serialOf(device) === serial);
    if (name === undefined) throw new Error(`there is no block device with the serial ${serial}`);
    return new BlockDevice(name);
  }

  submit(request: MediumRequest, done: (result: MediumResult) => void): void {
    switch (request.op) {
      case 'read':
        this.#read(request.offset, request.length, done);
        break;
      case 'write': {
        const { offset, data, fua } = request;
        this.#write(offset, data.length, (piece) => piece.set(data), fua, done);
        break;
      }
      case 'write-zeroes':
        this.#writeZeroes(request.offset, request.length, done);
        break;
      case 'trim':
        process.nextTick(done, { ok: true });
        break;
      case 'flush':
        fdatasync(this.#plain, (error) => done(error === null ? { ok: true } : failed(error)));
        break;
    }
  }

  close(): void {
    closeSync(this.#plain);
    closeSync(this.#durable);
  }

  #read(offset: number, length: number, done: (result: MediumResult) => void): void {
    this.#memory.borrow((piece) => {
      read(this.#plain, piece, 0, length, offset, (error, bytes) => {
        const result = asResult(error, bytes, length);
        done(result.ok ? { ok: true, data: piece.slice(0, length) } : result);
        this.#memory.giveBack(piece);
      });
    });
  }

  #write(
    offset: number,
    length: number,
    fill: (piece: Uint8Array) => void,
    fua: boolean,
    done: (result: MediumResult) => void,
  ): void {
    this.#memory.borrow((piece) => {
      fill(piece);
      const fd = fua ? this.#durable : this.#plain;
      write(fd, piece, 0, length, offset, (error, bytes) => {
        this.#memory.giveBack(piece);
        done(asResult(error, bytes, length));
      });
    });
  }

  /** One piece after the other: the range may be longer than a transfer. */
  #writeZeroes(offset: number, length: number, done: (result: MediumResult) => void): void {
    const now = Math.min(length, pieceBytes);
    const zero = (piece: Uint8Array) => piece.fill(0, 0, now);
    this.#write(offset, now, zero, false, (result) => {
      if (result.ok && length > now) this.#writeZeroes(offset + now, length - now, done);
      else done(result);
    });
  }
}

function serialOf(device: string): string | null {
  try {
    return readFileSync(`/sys/block/${device}/serial`, 'utf8').trim();
  } catch {
    // Not every driver has one.
    return null;
  }
}

function asResult(
  error: NodeJS.ErrnoException | null,
  bytes: number,
  length: number,
): MediumResult {
  if (error !== null) return failed(error);
  return bytes === length ? { ok: true } : { ok: false, error: 'EIO' };
}

function failed(error: NodeJS.ErrnoException): MediumResult {
  return { ok: false, error: error.code ?? 'EIO' };
}
