import type { Readable } from 'node:stream';

/** Injection token of the `ArtifactStore`. */
export const ARTIFACT_STORE = Symbol('artifact store');

/** Bytes of a file, both ends included, as HTTP counts them. */
export interface ByteRange {
  first: number;
  last: number;
}

/** A part that lies in a place of its own, durable, and belongs to nothing yet. */
export interface StagedPart {
  /** Bytes. */
  size: number;
  /** Makes it the part of its upload that begins at an offset, in place of one that is there. */
  keepAt(offset: number): Promise<void>;
  /** Removes it, unless it was kept. */
  drop(): Promise<void>;
}

/** A file as it stands in the store. */
export interface StoredBlob {
  sha256: string;
  /** Bytes. */
  size: number;
  storedAt: Date;
}

/** What the parts of an upload come to. */
export interface Assembled {
  size: number;
  sha256: string;
}

/**
 * Keeps bytes: first in a staging place for each upload, then under the hash of their content.
 *
 * Whoever writes, writes to a place that nobody else writes to, and what has a name is not written to any more. So a
 * writer that was stopped and goes on long after it was given up can spoil nothing that another one has checked.
 *
 * Which uploads there are, how far they are and who may see what is not known here: that is in Postgres. Uploads are named by
 * a UUID and blobs by their SHA-256; no other name comes in, and both are checked.
 *
 * Every store passes `describeArtifactStore` of conformance.testing.ts.
 */
export interface ArtifactStore {
  // Staging

  /**
   * Writes bytes to a place of their own; they are durable when this resolves. When the source throws, nothing is left of
   * them.
   *
   * @throws NoSpace, and whatever the source throws
   */
  stagePart(uploadId: string, bytes: AsyncIterable<Uint8Array>): Promise<StagedPart>;

  /**
   * Makes one file of the parts that were kept, durable, and reads its hash on the way.
   *
   * @throws MissingBytes where the parts do not follow each other, and NoSpace
   */
  assemble(uploadId: string): Promise<Assembled>;

  /** The assembled file of an upload. @throws MissingBytes where there is none */
  openStaged(uploadId: string): Promise<Readable>;

  /** The uploads that have anything in staging. */
  stagingIds(): AsyncIterable<string>;

  /** Removes all that an upload has in staging. Nothing there is no error. */
  removeStaging(uploadId: string): Promise<void>;

  // Content

  /**
   * Puts an assembled file under its hash, durable when this resolves. Never overwrites: the same content that is there
   * already stays. The staging place keeps what it has, so that this can be done again.
   *
   * @throws MissingBytes where nothing was assembled
   */
  promote(uploadId: string, sha256: string): Promise<void>;

  /** Bytes of a blob, or null where there is none. */
  sizeOf(sha256: string): Promise<number | null>;

  /** @throws MissingBytes where there is no such blob */
  open(sha256: string, range?: ByteRange): Promise<Readable>;

  blobs(): AsyncIterable<StoredBlob>;

  /** Nothing there is no error. */
  removeBlob(sha256: string): Promise<void>;

  // The store itself

  /** Whether it is there now, as far as a quick look can tell. */
  isUp(): Promise<boolean>;

  /** Bytes that may still be written; `Infinity` where the store has no bound that it knows of. */
  freeBytes(): Promise<number>;
}
