import { S3ServiceException } from '@aws-sdk/client-s3';
import { codeOf } from '../durable-files.js';
import { MissingBytes, NoSpace, StoreError } from '../store-error.js';

/** Codes that servers other than Amazon's have for a disk or a quota that is full. */
const FULL = new Set(['XMinioStorageFull', 'QuotaExceeded', 'InsufficientStorage']);

/** Something the S3 server said no to, or did not answer. */
export class S3Failure extends StoreError {
  override readonly name = 'S3Failure';

  constructor(
    action: string,
    /** S3's own code such as `AccessDenied`, or that of the connection such as `ECONNREFUSED`. */
    readonly code: string,
    /** HTTP's; undefined where there was no answer. */
    readonly httpStatus: number | undefined,
  ) {
    super(
      httpStatus === undefined
        ? `The S3 server cannot be reached to ${action}: ${code}.`
        : `The S3 server does not ${action}: ${code} (HTTP ${httpStatus}).`,
    );
  }
}

/**
 * What the client threw, as an error of the store. Only codes are taken over: the server's words, and the members of the
 * client's errors, may quote the access key and what was signed.
 *
 * @param action what was wanted, as a verb
 */
export function failureOf(action: string, error: unknown): StoreError {
  if (!(error instanceof S3ServiceException)) {
    const name = error instanceof Error ? error.name : 'unknown';
    return new S3Failure(action, codeOf(error) ?? name, undefined);
  }
  const { name, $metadata } = error;
  const status = $metadata.httpStatusCode;
  if (name === 'NoSuchKey' || name === 'NotFound') {
    return new MissingBytes('The artifact store does not have it.');
  }
  if (status === 507 || FULL.has(name)) return new NoSpace('The artifact store is full.');
  return new S3Failure(action, name, status);
}
