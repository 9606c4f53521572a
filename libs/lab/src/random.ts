import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import type { RandomGenerator } from 'pure-rand/types/RandomGenerator';

/**
 * The random choices of a plan: the same seed and purpose give the same numbers on every machine.
 * Each purpose has a generator of its own, so that a new choice does not shift the others.
 */
export class SeededRandom {
  private readonly generator: RandomGenerator;

  constructor(seed: number, purpose: string) {
    let mixed = seed | 0;
    for (let i = 0; i < purpose.length; i++) {
      mixed = Math.imul(mixed ^ purpose.charCodeAt(i), 0x01000193);
    }
    this.generator = xoroshiro128plus(mixed);
  }

  /** A whole number from 0 up to and including `most`. */
  upTo(most: number): number {
    return uniformInt(this.generator, 0, most);
  }

  /** A whole number from 0 to 2^32 - 1. */
  word(): number {
    return this.generator.next() >>> 0;
  }

  /** `bytes` bytes as hex digits. */
  hex(bytes: number): string {
    let text = '';
    for (let i = 0; i < bytes; i++) text += this.upTo(255).toString(16).padStart(2, '0');
    return text;
  }

  /** A UUID of version 4 (RFC 9562). */
  uuid(): string {
    const h = this.hex(16);
    const variant = '89ab'.charAt(this.upTo(3));
    return `${h.slice(0, 8)}-${h.slice(8, 12)}-4${h.slice(13, 16)}-${variant}${h.slice(17, 20)}-${h.slice(20, 32)}`;
  }
}
