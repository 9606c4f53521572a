import { ArchiveError } from '@fenceline/archive';

/** A folder of evidence that cannot be written or read: the message names the place and what mends it. */
export class EvidenceError extends Error {
  override readonly name = 'EvidenceError';
}

const reasons: Record<string, string> = {
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EROFS: 'the file system is read-only',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  ENOTDIR: 'a part of this path is a file, not a folder',
  ENOENT: 'it does not exist',
  EISDIR: 'it is a folder',
  EMFILE: 'too many open files',
};

/** The system's error code of a failed call, or undefined for another kind of error. */
export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string'
    ? error.code
    : undefined;
}

/** A system call's failure as an `EvidenceError`: `could not DOING PATH: reason`. */
export function evidenceError(doing: string, path: string, cause: unknown): EvidenceError {
  if (cause instanceof EvidenceError) return cause;
  // It says itself what and where.
  if (cause instanceof ArchiveError) return new EvidenceError(cause.message, { cause });
  const code = errorCode(cause);
  const reason =
    (code && reasons[code]) ?? (cause instanceof Error ? cause.message : String(cause));
  return new EvidenceError(`could not ${doing} ${path}: ${reason}`, { cause });
}
