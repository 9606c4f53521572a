/** What the user asked for cannot be done as asked: the message says why, the exit code is 64. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
