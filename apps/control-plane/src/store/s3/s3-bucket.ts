import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import {
  CopyObjectCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import type { ByteRange } from '../artifact-store.js';
import { MissingBytes, StoreError } from '../store-error.js';
import { MultipartUpload } from './multipart-upload.js';
import { failureOf, S3Failure } from './s3-failure.js';
import type { S3Location } from './s3-location.js';

/** An object as a listing shows it. */
export interface ListedObject {
  key: string;
  /** Bytes. */
  size: number;
  modifiedAt: Date;
}

/**
 * The objects below the prefix of a store. Every key here is without that prefix.
 *
 * @throws StoreError, as `failureOf` makes it, of every method
 */
export class S3Bucket {
  constructor(
    private readonly client: S3Client,
    private readonly location: S3Location,
  ) {}

  /** Writes an object, whole or not at all; one that is there is replaced. */
  async put(key: string, bytes: Uint8Array): Promise<void> {
    await this.told('write an object', () =>
      this.client.send(new PutObjectCommand({ ...this.named(key), Body: bytes })),
    );
  }

  /** Begins an object of several pieces, which is there when it is completed. */
  async begin(key: string): Promise<MultipartUpload> {
    return await MultipartUpload.begin(this.client, this.named(key));
  }

  /** @throws MissingBytes where there is no such object, StoreError where the server gives another range */
  async open(key: string, range?: ByteRange): Promise<Readable> {
    const bytes = range && `bytes=${range.first}-${range.last}`;
    const { Body, ContentRange } = await this.told('read an object', () =>
      this.client.send(
        new GetObjectCommand({ ...this.named(key), ...(bytes !== undefined && { Range: bytes }) }),
      ),
    );
    // In Node.js it is the answer itself, as it comes from the socket.
    const body = Body as Readable;
    if (range && ContentRange?.startsWith(`bytes ${range.first}-${range.last}/`) !== true) {
      body.destroy();
      throw new StoreError('The S3 server gave other bytes than those that were asked for.');
    }
    return body;
  }

  /** All of a small object. @throws MissingBytes where there is none */
  async read(key: string): Promise<Buffer> {
    const body = await this.open(key);
    return await this.told('read an object', () => buffer(body));
  }

  /** Bytes of an object, or null where there is none. */
  async sizeOf(key: string): Promise<number | null> {
    try {
      const head = await this.told('look at an object', () =>
        this.client.send(new HeadObjectCommand(this.named(key))),
      );
      return head.ContentLength ?? 0;
    } catch (error) {
      if (error instanceof MissingBytes) return null;
      throw error;
    }
  }

  /**
   * Copies an object of 5 GiB at most within the server.
   *
   * @param options `new`: only where the target is not there; a server that does not know this condition refuses it
   *   (`NotImplemented`) or, an old one, leaves it out
   */
  async copy(from: string, to: string, options: { new: boolean }): Promise<void> {
    await this.told('copy an object', () =>
      this.client.send(
        new CopyObjectCommand({
          ...this.named(to),
          CopySource: this.sourceOf(from),
          ...(options.new && { IfNoneMatch: '*' }),
        }),
      ),
    );
  }

  /** As `CopySource` names an object. */
  sourceOf(key: string): string {
    return `${this.location.bucket}/${this.location.prefix}${key}`;
  }

  /** Nothing there is no error. */
  async remove(key: string): Promise<void> {
    await this.told('remove an object', () =>
      this.client.send(new DeleteObjectCommand(this.named(key))),
    );
  }

  /** The objects whose keys begin so, in pages of what the server gives at once. */
  async *list(prefix: string): AsyncGenerator<ListedObject[]> {
    for await (const { Contents = [] } of this.pages(prefix)) {
      yield Contents.map(({ Key, Size, LastModified }) => ({
        key: this.keyOf(Key!),
        size: Size ?? 0,
        modifiedAt: LastModified ?? new Date(0),
      }));
    }
  }

  /** The names up to the next slash below a prefix, which ends with one. */
  async *folders(prefix: string): AsyncGenerator<string> {
    for await (const { CommonPrefixes = [] } of this.pages(prefix, '/')) {
      for (const { Prefix } of CommonPrefixes) {
        yield this.keyOf(Prefix!).slice(prefix.length, -1);
      }
    }
  }

  /** Uploads of several pieces that nobody has completed. None on a server that does not list them. */
  async *unfinished(prefix: string): AsyncGenerator<{ key: string; upload: MultipartUpload }> {
    let after: { KeyMarker?: string; UploadIdMarker?: string } | undefined = {};
    while (after !== undefined) {
      const page = await this.unfinishedAfter(prefix, after);
      for (const { Key, UploadId } of page?.Uploads ?? []) {
        const key = this.keyOf(Key!);
        yield { key, upload: new MultipartUpload(this.client, this.named(key), UploadId!) };
      }
      after =
        page?.IsTruncated === true
          ? {
              ...(page.NextKeyMarker !== undefined && { KeyMarker: page.NextKeyMarker }),
              ...(page.NextUploadIdMarker !== undefined && {
                UploadIdMarker: page.NextUploadIdMarker,
              }),
            }
          : undefined;
    }
  }

  /** Whether the server answers and has the bucket. */
  async isUp(): Promise<boolean> {
    try {
      await this.client.send(new HeadBucketCommand({ Bucket: this.location.bucket }));
      return true;
    } catch {
      return false;
    }
  }

  /** Closes the connections that are kept. */
  close(): void {
    this.client.destroy();
  }

  private async unfinishedAfter(
    prefix: string,
    after: { KeyMarker?: string; UploadIdMarker?: string },
  ) {
    const { bucket: Bucket, prefix: root } = this.location;
    try {
      return await this.told('list unfinished uploads', () =>
        this.client.send(
          new ListMultipartUploadsCommand({ Bucket, Prefix: `${root}${prefix}`, ...after }),
        ),
      );
    } catch (error) {
      if (error instanceof S3Failure && error.httpStatus === 501) return null;
      throw error;
    }
  }

  private async *pages(prefix: string, delimiter?: string) {
    const { bucket: Bucket, prefix: root } = this.location;
    let token: string | undefined;
    do {
      const page = await this.told('list objects', () =>
        this.client.send(
          new ListObjectsV2Command({
            Bucket,
            Prefix: `${root}${prefix}`,
            ...(delimiter !== undefined && { Delimiter: delimiter }),
            ...(token !== undefined && { ContinuationToken: token }),
          }),
        ),
      );
      yield page;
      token = page.IsTruncated === true ? page.NextContinuationToken : undefined;
    } while (token !== undefined);
  }

  private named(key: string): { Bucket: string; Key: string } {
    return { Bucket: this.location.bucket, Key: `${this.location.prefix}${key}` };
  }

  private keyOf(full: string): string {
    return full.slice(this.location.prefix.length);
  }

  private async told<Answer>(action: string, ask: () => Promise<Answer>): Promise<Answer> {
    try {
      return await ask();
    } catch (error) {
      throw failureOf(action, error);
    }
  }
}
