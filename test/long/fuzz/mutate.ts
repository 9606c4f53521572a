import { lengthFields, type LengthField } from './length-fields.js';
import type { Random } from './random.js';

/** Valid inputs of one decoder, to be mutated. */
export class Seeds {
  readonly #fields: readonly (readonly LengthField[])[];

  constructor(readonly all: readonly Uint8Array[]) {
    this.#fields = all.map(lengthFields);
  }

  /** A seed that was mutated one to four times, seldom none at all, or once in a while nothing but chance. */
  mutant(random: Random): Uint8Array {
    const index = random.below(this.all.length);
    const seed = this.all[index]!;
    if (random.oneIn(16)) return random.oneIn(2) ? noise(random) : grafted(seed, random);
    let bytes: Uint8Array = seed.slice();
    if (random.oneIn(3)) setLength(bytes, this.#fields[index]!, random);
    else bytes = this.#mutated(bytes, random);
    while (random.oneIn(2)) bytes = this.#mutated(bytes, random);
    return bytes;
  }

  #mutated(bytes: Uint8Array, random: Random): Uint8Array {
    const { length } = bytes;
    if (length === 0) return noise(random);
    switch (random.below(14)) {
      case 0:
      case 1:
      case 2:
        bytes[random.below(length)]! ^= 1 << random.below(8);
        return bytes;
      case 3:
      case 4:
        bytes[random.below(length)] = random.pick(interestingBytes);
        return bytes;
      case 5:
      case 6:
        setNumber(bytes, random);
        return bytes;
      case 7:
        return bytes.subarray(0, random.below(length));
      case 8: {
        const [start, end] = span(length, random);
        return joined(bytes.subarray(0, start), bytes.subarray(end));
      }
      case 9: {
        const [start, end] = span(length, random);
        return joined(bytes.subarray(0, end), bytes.subarray(start));
      }
      case 10: {
        const at = random.below(length + 1);
        return joined(
          bytes.subarray(0, at),
          random.bytes(1 + random.below(16)),
          bytes.subarray(at),
        );
      }
      case 11: {
        const other = random.pick(this.all);
        const at = random.below(length + 1);
        // The same place in both, as often as not: formats are alike there.
        const from = random.oneIn(2) ? Math.min(at, other.length) : random.below(other.length + 1);
        return joined(bytes.subarray(0, at), other.subarray(from));
      }
      case 12: {
        const [start, end] = span(length, random);
        bytes.copyWithin(random.below(length), start, end);
        return bytes;
      }
      default: {
        const [start, end] = span(length, random);
        return bytes.fill(random.pick(interestingBytes), start, end);
      }
    }
  }
}

const interestingBytes = [0, 1, 2, 0x0a, 0x20, 0x7f, 0x80, 0xfe, 0xff];
const interestingNumbers = [
  0, 1, 3, 4, 7, 8, 11, 12, 16, 20, 24, 127, 128, 255, 256, 0x7fff, 0x8000, 0xffff, 0x10000,
  0x7fff_ffff, 0x8000_0000, 0xffff_fff8, 0xffff_fffc, 0xffff_ffff,
];

function noise(random: Random): Uint8Array {
  return random.bytes(random.below(200));
}

/** A valid beginning, and chance behind it. */
function grafted(seed: Uint8Array, random: Random): Uint8Array {
  return joined(seed.subarray(0, random.below(Math.min(seed.length, 160) + 1)), noise(random));
}

function setNumber(bytes: Uint8Array, random: Random): void {
  const size = random.pick([2, 4, 8]);
  if (bytes.length < size) return;
  writeNumber(bytes, {
    at: random.below(bytes.length - size + 1),
    size,
    little: random.oneIn(2),
    value: random.oneIn(4) ? random.word() : random.pick(interestingNumbers),
  });
}

/** Sets what looks like a length to one that is wrong: a little, or far off. */
function setLength(bytes: Uint8Array, fields: readonly LengthField[], random: Random): void {
  if (fields.length === 0) return;
  const field = random.pick(fields);
  const near = field.value + random.pick([-8, -4, -2, -1, 1, 2, 4, 8]);
  const left = bytes.length - field.at + random.below(9) - 4;
  const value = random.pick([near, near, left, random.pick(interestingNumbers), random.word()]);
  writeNumber(bytes, { ...field, value });
}

function writeNumber(bytes: Uint8Array, { at, size, little, value }: LengthField): void {
  for (let i = 0; i < size; i++) {
    const shift = little ? i : size - 1 - i;
    // Behind 32 bits the number goes on with its sign: both small ones and huge ones are wanted.
    bytes[at + i] = shift < 4 ? value >>> (shift * 8) : value === 0xffff_ffff ? 0xff : 0;
  }
}

function span(length: number, random: Random): [start: number, end: number] {
  const start = random.below(length);
  const longest = random.oneIn(2) ? 16 : length;
  return [start, Math.min(length, start + 1 + random.below(longest))];
}

export function joined(...parts: readonly Uint8Array[]): Uint8Array {
  let length = 0;
  for (const part of parts) length += part.length;
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
