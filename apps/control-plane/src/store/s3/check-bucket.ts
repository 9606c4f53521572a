import { randomUUID } from 'node:crypto';
import type { Settings } from '../../settings/settings.js';
import { StoreError } from '../store-error.js';
import type { S3Bucket } from './s3-bucket.js';
import { S3Failure } from './s3-failure.js';

/**
 * Does in a bucket what the store will do: writes an object, copies, lists, reads and removes it, and looks for one that is
 * not there. It leaves nothing.
 *
 * @throws Error of one line that names the setting to look at
 */
export async function checkBucket(bucket: S3Bucket, settings: Settings): Promise<void> {
  const key = `check/${randomUUID()}`;
  const copy = `${key}-copy`;
  try {
    const bytes = Buffer.from('May be removed.');
    // First what has an answer with words in it: the others say no more than 403 or 404.
    await bucket.put(key, bytes);
    // Without the right to list, the server says of what is missing that it is forbidden.
    await bucket.sizeOf(copy);
    await bucket.copy(key, copy, { new: false });
    let listed = 0;
    for await (const page of bucket.list(key)) listed += page.length;
    const read = await bucket.read(copy);
    await bucket.remove(copy);
    await bucket.remove(key);
    if (listed !== 2 || !read.equals(bytes)) {
      throw new StoreError('The S3 server does not give back what was written.');
    }
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    throw new Error(
      `FENCELINE_ARTIFACTS: ${settings.FENCELINE_ARTIFACTS} cannot be used. ${error.message} ${mendOf(error)}`,
      { cause: error },
    );
  }
}

/** What to do about it, where the code tells. */
function mendOf(error: StoreError): string {
  if (!(error instanceof S3Failure)) {
    return 'See that it is an S3 server, and look at its own log.';
  }
  const { code, httpStatus: status } = error;
  if (status === undefined) {
    return /CERT|ISSUER|SIGNED|TLS|SSL/.test(code)
      ? 'Set FENCELINE_S3_CA to the certificates that the server’s own is signed by.'
      : 'Look at FENCELINE_S3_ENDPOINT, and set FENCELINE_S3_PATH_STYLE=1 where the server has no host name for each bucket.';
  }
  if (code === 'NoSuchBucket') return 'Create the bucket.';
  if (code === 'InvalidAccessKeyId' || code === 'SignatureDoesNotMatch') {
    return 'Look at FENCELINE_S3_ACCESS_KEY_ID and FENCELINE_S3_SECRET_ACCESS_KEY.';
  }
  if (code === 'PermanentRedirect' || code === 'AuthorizationHeaderMalformed' || status === 301) {
    return 'Set FENCELINE_S3_REGION to the region of the bucket.';
  }
  if (status === 403) {
    return 'Let the key list, read, write and remove objects of the bucket: docs/artifacts.md.';
  }
  return 'Look at FENCELINE_S3_ENDPOINT, FENCELINE_S3_REGION and FENCELINE_S3_PATH_STYLE.';
}
