import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  UploadPartCommand,
  UploadPartCopyCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import type { ByteRange } from '../artifact-store.js';
import { failureOf } from './s3-failure.js';

/**
 * An object that is written in pieces, one after the other. Nothing is under its key until it is completed. All pieces but
 * the last must have 5 MiB, and there are 10,000 at most.
 */
export class MultipartUpload {
  private readonly tags: string[] = [];

  constructor(
    private readonly client: S3Client,
    private readonly object: { Bucket: string; Key: string },
    private readonly uploadId: string,
  ) {}

  /** @throws StoreError */
  static async begin(
    client: S3Client,
    object: { Bucket: string; Key: string },
  ): Promise<MultipartUpload> {
    try {
      const { UploadId } = await client.send(new CreateMultipartUploadCommand(object));
      return new MultipartUpload(client, object, UploadId!);
    } catch (error) {
      throw failureOf('begin an object', error);
    }
  }

  /** @throws StoreError */
  async add(piece: Uint8Array): Promise<void> {
    try {
      const { ETag } = await this.client.send(
        new UploadPartCommand({ ...this.next(), Body: piece }),
      );
      this.tags.push(ETag!);
    } catch (error) {
      throw failureOf('write an object', error);
    }
  }

  /** Adds bytes of another object, within the server. @throws StoreError */
  async addCopy(source: string, { first, last }: ByteRange): Promise<void> {
    try {
      const { CopyPartResult } = await this.client.send(
        new UploadPartCopyCommand({
          ...this.next(),
          CopySource: source,
          CopySourceRange: `bytes=${first}-${last}`,
        }),
      );
      this.tags.push(CopyPartResult!.ETag!);
    } catch (error) {
      throw failureOf('copy an object', error);
    }
  }

  /** @param options `new`: only where there is no such object @throws StoreError */
  async complete(options: { new: boolean }): Promise<void> {
    try {
      await this.client.send(
        new CompleteMultipartUploadCommand({
          ...this.object,
          UploadId: this.uploadId,
          ...(options.new && { IfNoneMatch: '*' }),
          MultipartUpload: {
            Parts: this.tags.map((ETag, index) => ({ ETag, PartNumber: index + 1 })),
          },
        }),
      );
    } catch (error) {
      throw failureOf('complete an object', error);
    }
  }

  /** Gives it up, with all its pieces. @throws StoreError */
  async abort(): Promise<void> {
    try {
      await this.client.send(
        new AbortMultipartUploadCommand({ ...this.object, UploadId: this.uploadId }),
      );
    } catch (error) {
      throw failureOf('give up an object', error);
    }
  }

  private next() {
    return { ...this.object, UploadId: this.uploadId, PartNumber: this.tags.length + 1 };
  }
}
