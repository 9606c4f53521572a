import { asyncEventLogPage, Status } from '@fenceline/nvme';
import type { Command } from './command.js';

/** Asynchronous Event Requests that a host may have outstanding. */
export const ASYNC_EVENT_LIMIT = 4;

/** Bits of Asynchronous Event Configuration (feature 0Bh) and of OAES. */
export const EventBit = {
  anaChange: 1 << 11,
  ccrCompleted: 1 << 20,
  discoveryChange: 1 << 31,
} as const;

/**
 * Asynchronous events of a controller (NVMe Base Specification 2.3, section 5.1.2). After an event was reported, others
 * of the same log page are masked until a Get Log Page reads it without RAE.
 */
export class AsyncEvents {
  /** Feature 0Bh: which optional events are told. */
  configuration = 0;
  #requests: Command[] = [];
  #pending: number[] = [];
  readonly #masked = new Set<number>();

  request(command: Command): void {
    if (this.#requests.length >= ASYNC_EVENT_LIMIT) {
      command.answer(Status.asyncEventLimitExceeded);
      return;
    }
    this.#requests.push(command);
    this.#tell();
  }

  /**
   * Reports an event as soon as a request is outstanding, if the host wants to know of such.
   *
   * @param dword0 of the answer: type, information, log page
   */
  notify(dword0: number, bit: number): void {
    const page = asyncEventLogPage(dword0);
    if ((this.configuration & bit) === 0 || this.#masked.has(page)) return;
    this.#masked.add(page);
    this.#pending.push(dword0);
    this.#tell();
  }

  /** The host has read the log page, without RAE: events of it are told again. */
  read(page: number): void {
    this.#masked.delete(page);
    this.#pending = this.#pending.filter((dword0) => asyncEventLogPage(dword0) !== page);
  }

  /** Aborts the request with this CID; false where there is none. */
  abort(cid: number): boolean {
    const command = this.#requests.find((request) => request.cid === cid);
    if (command === undefined) return false;
    this.#requests = this.#requests.filter((request) => request !== command);
    command.answer(Status.abortRequested);
    return true;
  }

  /** Forgets all, answering nothing: the controller is reset. */
  clear(): void {
    this.#requests = [];
    this.#pending = [];
    this.#masked.clear();
    this.configuration = 0;
  }

  #tell(): void {
    while (this.#pending.length > 0 && this.#requests.length > 0) {
      this.#requests.shift()!.answer(Status.success, this.#pending.shift());
    }
  }
}
