import {
  CCR_LOG_BYTES,
  CCR_LOG_ENTRY_BYTES,
  CCR_LOG_HEADER_BYTES,
  CCR_LOG_MAX_ENTRIES,
  CcrStatus,
  encodeCcrLog,
  type CcrLogEntry,
} from '@fenceline/nvme';

/** A Cross-Controller Reset that a source controller took: one entry of its log page 1Eh. */
export interface Reset {
  icid: number;
  ciu: number;
  /** CCRS. */
  status: number;
}

/** The Cross-Controller Resets of one source controller (NVMe Base Specification 2.3, section 5.1.12, LID 1Eh). */
export class CcrLog {
  #resets: Reset[] = [];

  get inProgress(): number {
    return this.#resets.filter(({ status }) => status === CcrStatus.inProgress).length;
  }

  get isFull(): boolean {
    return this.#resets.length >= CCR_LOG_MAX_ENTRIES;
  }

  add(reset: Reset): void {
    this.#resets.push(reset);
  }

  has(reset: Reset): boolean {
    return this.#resets.includes(reset);
  }

  /** Takes back an entry: its reset was done when the command was answered. */
  remove(reset: Reset): void {
    this.#resets = this.#resets.filter((other) => other !== reset);
  }

  removeCompleted(): void {
    this.#resets = this.#resets.filter(({ status }) => status === CcrStatus.inProgress);
  }

  drop(): void {
    this.#resets = [];
  }

  /** The whole page, zeroes behind the last entry. */
  page(entryOf: (reset: Reset) => CcrLogEntry | null): Uint8Array {
    const entries = this.#resets.map(entryOf).filter((entry) => entry !== null);
    const page = new Uint8Array(CCR_LOG_BYTES);
    page.set(encodeCcrLog(entries));
    return page;
  }

  /** Removes the completed entries among the bytes [start, end) of the page, which were read. */
  removeRead(start: number, end: number): void {
    this.#resets = this.#resets.filter(({ status }, index) => {
      const at = CCR_LOG_HEADER_BYTES + index * CCR_LOG_ENTRY_BYTES;
      const wasRead = at >= start && at + CCR_LOG_ENTRY_BYTES <= end;
      return status === CcrStatus.inProgress || !wasRead;
    });
  }
}
