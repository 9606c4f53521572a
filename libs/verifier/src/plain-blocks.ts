import { never, type Apply, type Command, type History, type PayloadId } from '@fenceline/history';
import { payloadOf, sentPayload, succeeded } from './logical-writes.js';
import type { Observation } from './register.js';
import type { TouchedBlocks } from './touched-blocks.js';

/**
 * The blocks of which the medium itself shows a legal order: each command that changed them brought bytes of its own,
 * which no other command has, succeeded, and was applied once, after it was sent and before its answer was delivered.
 * Nearly all are such. What is known of them lies in columns, by the place of the block or by the number of the
 * payload, and is found in the order in which the history lies in memory; no objects are made for them.
 */
export class PlainBlocks {
  /** By place. */
  readonly #isPlain: Uint8Array;
  /** By place: what was applied last, 0 before all writes. */
  readonly #content: Int32Array;
  /** By place: when the first write was applied. */
  readonly #changedAt: Float64Array;
  /** By place: writes that began while another one was not answered. */
  readonly #overlapping: Int32Array;
  /** By payload: the place at which it was applied, or -1. */
  readonly #placeOf: Int32Array;
  /** By payload: when it was applied, and when another one was applied over it. */
  readonly #appliedAt: Float64Array;
  readonly #replacedAt: Float64Array;

  /** @param isUnique - only one command has these bytes, for one block */
  constructor(
    private readonly history: History,
    private readonly touched: TouchedBlocks,
    private readonly isUnique: (payload: PayloadId) => boolean,
  ) {
    const places = touched.lbas.count;
    const payloads = history.payloadHashes.length;
    this.#isPlain = new Uint8Array(places).fill(1);
    this.#content = new Int32Array(places);
    this.#changedAt = new Float64Array(places).fill(never);
    this.#overlapping = new Int32Array(places);
    this.#placeOf = new Int32Array(payloads).fill(-1);
    this.#appliedAt = new Float64Array(payloads);
    this.#replacedAt = new Float64Array(payloads).fill(never);
    this.#take();
  }

  has(place: number): boolean {
    return this.#isPlain[place] === 1;
  }

  /** What a plain block held at the end. */
  contentOf(place: number): PayloadId {
    return this.#content[place]!;
  }

  /** How many writes of a plain block began while another one of it was not answered. */
  overlappingOn(place: number): number {
    return this.#overlapping[place]!;
  }

  /** Whether a plain block held a value at some moment at which it was seen. */
  shows(place: number, { payload, from, to }: Observation): boolean {
    if (payload === 0) return this.#changedAt[place]! > from;
    if (this.#placeOf[payload] !== place) return false;
    return this.#appliedAt[payload]! <= to && this.#replacedAt[payload]! > from;
  }

  /** Goes once over all commands, and once over all applies. */
  #take(): void {
    const { commands, applies } = this.history;
    const { lbas } = this.touched;
    /** By place: commands without an apply so far; when all commands so far were answered. */
    const unapplied = new Int32Array(lbas.count);
    const busyUntil = new Float64Array(lbas.count);
    this.touched.commands.forEach((place, id) => {
      const command = commands[id]!;
      if (!this.#isPlainWrite(command, lbas.keys[place]!)) this.#isPlain[place] = 0;
      unapplied[place]!++;
      if (command.sentAt < busyUntil[place]!) this.#overlapping[place]!++;
      busyUntil[place] = Math.max(busyUntil[place]!, command.answeredAt);
    });
    let now = -never;
    this.touched.applies.forEach((place, id) => {
      const apply = applies[id]!;
      unapplied[place]!--;
      if (apply.appliedAt < now || !this.#isInTime(apply, lbas.keys[place]!)) {
        this.#isPlain[place] = 0;
        return;
      }
      now = apply.appliedAt;
      const payload = apply.payloads[lbas.keys[place]! - apply.slba]!;
      const before = this.#content[place]!;
      if (before === 0) this.#changedAt[place] = now;
      else this.#replacedAt[before] = now;
      this.#content[place] = payload;
      this.#placeOf[payload] = place;
      this.#appliedAt[payload] = now;
    });
    for (let place = 0; place < lbas.count; place++) {
      if (unapplied[place] !== 0) this.#isPlain[place] = 0;
    }
  }

  /** Zeroes are what a block holds before all writes. */
  #isPlainWrite(command: Command, lba: number): boolean {
    const payload = sentPayload(command, lba);
    if (payload === undefined || payload <= 0 || !this.isUnique(payload)) return false;
    return succeeded(command) && command.deliveredPayloads === undefined;
  }

  /** Whether one command alone explains the apply, which came in its time and is its first. */
  #isInTime(apply: Apply, lba: number): boolean {
    const index = lba - apply.slba;
    const payload = payloadOf(apply, index);
    const candidates = apply.candidates[index];
    if (payload === undefined || candidates?.length !== 1) return false;
    const command = this.history.commands[candidates[0]!]!;
    if (sentPayload(command, lba) !== payload || this.#placeOf[payload] !== -1) return false;
    return command.sentAt <= apply.appliedAt && apply.appliedAt <= command.answeredAt;
  }
}
