/** A tar file that is damaged, or holds what is not taken: the message says what, and begins in the middle of a sentence. */
export class TarError extends Error {
  override readonly name = 'TarError';
}
