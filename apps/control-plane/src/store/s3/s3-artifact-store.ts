import { createHash, randomUUID } from 'node:crypto';
import type { Readable } from 'node:stream';
import { z } from 'zod';
import type {
  ArtifactStore,
  Assembled,
  ByteRange,
  StagedPart,
  StoredBlob,
} from '../artifact-store.js';
import { MissingBytes, StoreError } from '../store-error.js';
import { checkedHash, checkedUploadId, isHash, isUploadId } from '../store-names.js';
import { COPY_BYTES, copyToNew } from './copy-object.js';
import type { S3Bucket } from './s3-bucket.js';
import { S3Failure } from './s3-failure.js';
import { writeObject } from './write-object.js';

const PART = /\/part-(\d+)$/;

/** Requests of one removal that are under way at once. */
const REMOVALS = 16;

/** What a part or an assembled file is: the object with its bytes. */
const partSchema = z.strictObject({ object: z.string(), size: z.number() });
const wholeSchema = z.strictObject({ ...partSchema.shape, sha256: z.string() });
type Part = z.infer<typeof partSchema>;
type Whole = z.infer<typeof wholeSchema>;

/**
 * Artifacts in a bucket of an S3 server, below a prefix:
 *
 * ```
 * staging/UPLOAD/bytes-UUID      bytes, each object of one writer; never written again
 * staging/UPLOAD/part-OFFSET     names the object with the bytes of a part
 * staging/UPLOAD/whole           names the object with those of the assembled file, and its hash
 * blobs/ab/abcdef…               content, by its SHA-256
 * ```
 *
 * S3 cannot rename. So what gets a name is a small object that says where the bytes are; S3 shows every object whole or not
 * at all, and the newest of a key to whoever asks after it was written.
 */
export class S3ArtifactStore implements ArtifactStore {
  /** @param copyBytes content that is larger is put under its hash in pieces of this size, 5 MiB at least */
  constructor(
    private readonly bucket: S3Bucket,
    private readonly copyBytes = COPY_BYTES,
  ) {}

  async stagePart(uploadId: string, bytes: AsyncIterable<Uint8Array>): Promise<StagedPart> {
    const staging = stagingOf(uploadId);
    const object = newObject(staging);
    const size = await writeObject(this.bucket, object, bytes);
    let kept = false;
    return {
      size,
      keepAt: async (offset) => {
        // From here on it may have its name, even where no answer comes.
        kept = true;
        await this.write(`${staging}part-${offset}`, { object, size });
      },
      drop: async () => {
        if (!kept) await this.bucket.remove(object);
      },
    };
  }

  async assemble(uploadId: string): Promise<Assembled> {
    const staging = stagingOf(uploadId);
    const parts = await this.partsOf(staging);
    const assembled =
      parts.length === 1 ? await this.hash(parts[0]!) : await this.join(staging, parts);
    await this.write(`${staging}whole`, assembled);
    return { size: assembled.size, sha256: assembled.sha256 };
  }

  async openStaged(uploadId: string): Promise<Readable> {
    const { object } = await this.wholeOf(uploadId);
    return await this.bucket.open(object);
  }

  /** One that has both objects and unfinished ones may come twice. */
  async *stagingIds(): AsyncGenerator<string> {
    for await (const name of this.bucket.folders('staging/')) {
      if (isUploadId(name)) yield name;
    }
    for await (const { key } of this.bucket.unfinished('staging/')) {
      const name = key.split('/')[1] ?? '';
      if (isUploadId(name)) yield name;
    }
  }

  async removeStaging(uploadId: string): Promise<void> {
    const staging = stagingOf(uploadId);
    for await (const { upload } of this.bucket.unfinished(staging)) {
      await upload.abort().catch(ended);
    }
    for await (const page of this.bucket.list(staging)) {
      for (let first = 0; first < page.length; first += REMOVALS) {
        const some = page.slice(first, first + REMOVALS);
        await Promise.all(some.map(({ key }) => this.bucket.remove(key)));
      }
    }
  }

  async promote(uploadId: string, sha256: string): Promise<void> {
    const blob = blobOf(sha256);
    const whole = await this.wholeOf(uploadId);
    if (whole.sha256 !== sha256) {
      throw new StoreError('The assembled file is not the one of this hash.');
    }
    // Where another one is just making it, it is looked for again.
    for (let round = 0; round < 5; round += 1) {
      if ((await this.bucket.sizeOf(blob)) !== null) return;
      if (await copyToNew(this.bucket, whole.object, blob, whole.size, this.copyBytes)) return;
    }
    throw new StoreError('The S3 server neither has the content nor lets it be written.');
  }

  async sizeOf(sha256: string): Promise<number | null> {
    return await this.bucket.sizeOf(blobOf(sha256));
  }

  async open(sha256: string, range?: ByteRange): Promise<Readable> {
    return await this.bucket.open(blobOf(sha256), range);
  }

  async *blobs(): AsyncGenerator<StoredBlob> {
    for await (const page of this.bucket.list('blobs/')) {
      for (const { key, size, modifiedAt } of page) {
        const sha256 = key.slice(key.lastIndexOf('/') + 1);
        if (isHash(sha256)) yield { sha256, size, storedAt: modifiedAt };
      }
    }
  }

  async removeBlob(sha256: string): Promise<void> {
    await this.bucket.remove(blobOf(sha256));
  }

  async isUp(): Promise<boolean> {
    return await this.bucket.isUp();
  }

  /** S3 has no bound that it tells. */
  freeBytes(): Promise<number> {
    return Promise.resolve(Infinity);
  }

  /** The parts of an upload in their order. @throws MissingBytes where they do not follow each other */
  private async partsOf(staging: string): Promise<Part[]> {
    const offsets: number[] = [];
    for await (const page of this.bucket.list(`${staging}part-`)) {
      for (const { key } of page) {
        const offset = PART.exec(key)?.[1];
        if (offset !== undefined) offsets.push(Number(offset));
      }
    }
    offsets.sort((a, b) => a - b);
    const parts: Part[] = [];
    let size = 0;
    for (const offset of offsets) {
      if (offset !== size) throw new MissingBytes(`There is no part at byte ${size}.`);
      const part = partSchema.parse(await this.readName(`${staging}part-${offset}`));
      parts.push(part);
      size += part.size;
    }
    return parts;
  }

  /** One part is the whole already: a second name is enough, as nobody writes to its bytes. */
  private async hash(part: Part): Promise<Whole> {
    const hash = createHash('sha256');
    let size = 0;
    for await (const chunk of this.read([part])) {
      hash.update(chunk);
      size += chunk.length;
    }
    return { object: part.object, size, sha256: hash.digest('hex') };
  }

  private async join(staging: string, parts: readonly Part[]): Promise<Whole> {
    const object = newObject(staging);
    const hash = createHash('sha256');
    const read = this.read(parts);
    async function* hashed(): AsyncGenerator<Uint8Array> {
      for await (const chunk of read) {
        hash.update(chunk);
        yield chunk;
      }
    }
    const size = await writeObject(this.bucket, object, hashed());
    return { object, size, sha256: hash.digest('hex') };
  }

  private async *read(parts: readonly Part[]): AsyncGenerator<Uint8Array> {
    for (const { object } of parts) {
      yield* (await this.bucket.open(object)) as AsyncIterable<Uint8Array>;
    }
  }

  /** @throws MissingBytes where nothing was assembled */
  private async wholeOf(uploadId: string): Promise<Whole> {
    return wholeSchema.parse(await this.readName(`${stagingOf(uploadId)}whole`));
  }

  private async readName(key: string): Promise<unknown> {
    return JSON.parse((await this.bucket.read(key)).toString());
  }

  private async write(key: string, name: Part | Whole): Promise<void> {
    await this.bucket.put(key, Buffer.from(JSON.stringify(name)));
  }
}

function stagingOf(uploadId: string): string {
  return `staging/${checkedUploadId(uploadId)}/`;
}

function blobOf(sha256: string): string {
  return `blobs/${checkedHash(sha256).slice(0, 2)}/${sha256}`;
}

function newObject(staging: string): string {
  return `${staging}bytes-${randomUUID()}`;
}

/** Its writer was faster: it is completed or given up. */
function ended(error: unknown): void {
  if (!(error instanceof S3Failure && error.httpStatus === 404)) throw error;
}
