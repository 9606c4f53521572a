import type { Random } from './random.js';

/** A decoder, with what is known of it. */
export interface Target {
  readonly name: string;
  /** How many of a thousand inputs are its own: the cheaper one input, the more. */
  readonly share: number;
  /**
   * Makes one input, decodes it, and holds the decoder to its laws. The same random numbers make the same input.
   *
   * @throws BrokenLaw, or whatever the decoder throws that it should not
   */
  try(random: Random): void | Promise<void>;
}
