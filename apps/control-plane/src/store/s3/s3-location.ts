/** Where in which bucket a store lies. */
export interface S3Location {
  bucket: string;
  /** Before every key: empty, or it ends with a slash. */
  prefix: string;
}

/** No character in a key needs an escape anywhere: in an address, in XML, in the header that names a copy's source. */
const ADDRESS = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])((?:\/[A-Za-z0-9._-]+){0,8})\/?$/;

/** Whether a text is meant as the address of an S3 store. */
export function isS3Address(text: string): boolean {
  return /^s3:/i.test(text);
}

/** Reads `s3://BUCKET/PREFIX`, or gives null where it is not that. */
export function readS3Address(text: string): S3Location | null {
  const [, bucket, path] = ADDRESS.exec(text) ?? [];
  if (bucket === undefined || path === undefined) return null;
  return { bucket, prefix: path === '' ? '' : `${path.slice(1)}/` };
}
