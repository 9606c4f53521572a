const FIRST_CAPACITY = 64 * 1024;
const MOST_DIGITS = 16;
const BILLION = 1_000_000_000;
const MINUS = 0x2d;
const ZERO = 0x30;

const encoder = new TextEncoder();

/** A text as it is written: UTF-8. */
export function encode(text: string): Uint8Array {
  return encoder.encode(text);
}

/**
 * Rows as the bytes that will be written. A row has some twenty parts, and most are numbers: to make strings of
 * them, and then of the row, costs more than to decode the command.
 */
export class RowBuffer {
  #bytes = new Uint8Array(FIRST_CAPACITY);
  #length = 0;

  /** Appends an encoded text. */
  put(text: Uint8Array): void {
    const { length } = text;
    if (this.#length + length > this.#bytes.length) this.#grow(length);
    const bytes = this.#bytes;
    let at = this.#length;
    // Most are a few bytes long: a call of `set` takes longer than this.
    for (let i = 0; i < length; i++) bytes[at++] = text[i]!;
    this.#length = at;
  }

  /** Appends a whole number in decimal. */
  number(value: number): void {
    if (value >= 0 && value < BILLION) {
      this.digits(value, digitsOf(value));
    } else if (value < 0 && value >= -Number.MAX_SAFE_INTEGER) {
      this.#byte(MINUS);
      this.number(-value);
    } else if (value <= Number.MAX_SAFE_INTEGER) {
      const high = Math.floor(value / BILLION);
      this.number(high);
      this.digits(value - high * BILLION, 9);
    } else {
      this.put(encode(String(value)));
    }
  }

  /** Appends a number from 0 to 999,999,999 with so many digits, zeroes before it. */
  digits(value: number, count: number): void {
    if (this.#length + MOST_DIGITS > this.#bytes.length) this.#grow(MOST_DIGITS);
    const bytes = this.#bytes;
    let rest = value | 0;
    for (let at = this.#length + count - 1; at >= this.#length; at--) {
      const tenth = (rest / 10) | 0;
      bytes[at] = ZERO + rest - tenth * 10;
      rest = tenth;
    }
    this.#length += count;
  }

  /** What was appended since the last time. */
  take(): Uint8Array {
    const taken = this.#bytes.slice(0, this.#length);
    this.#length = 0;
    return taken;
  }

  #byte(value: number): void {
    if (this.#length === this.#bytes.length) this.#grow(1);
    this.#bytes[this.#length++] = value;
  }

  #grow(length: number): void {
    const grown = new Uint8Array(Math.max(this.#bytes.length * 2, this.#length + length));
    grown.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = grown;
  }
}

function digitsOf(value: number): number {
  let count = 1;
  for (let bound = 10; value >= bound; bound *= 10) count++;
  return count;
}
