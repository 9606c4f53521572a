/** An archive that cannot be written or read: the message is for people. */
export class ArchiveError extends Error {
  override readonly name = 'ArchiveError';
}
