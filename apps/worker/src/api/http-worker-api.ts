import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { connect, type Client } from '@fenceline/client';
import type {
  AttemptResult,
  Capacity,
  Lease,
  LivePart,
  RejudgeResult,
  RejudgeWork,
  Upload,
  Work,
  WorkerTerms,
} from '@fenceline/contracts/api';
import { answerOf } from './answer-of.js';
import { Unreachable } from './api-error.js';
import type {
  Assignments,
  NewUpload,
  RejudgeTicket,
  Ticket,
  ToldStage,
  WorkerApi,
} from './worker-api.js';

/** Bounds of one exchange, ms. A part of an upload may take longer over a thin line. */
const answerWithinMs = 15_000;
const partWithinMs = 120_000;

/** The service, over HTTP by its typed client. */
export class HttpWorkerApi implements WorkerApi {
  private readonly client: Client;

  constructor(service: string, credential: string) {
    this.client = connect({ service, token: credential });
  }

  async hello(instance: string, capacity: Capacity): Promise<WorkerTerms> {
    return await answerOf(
      this.client.POST('/worker/hello', {
        body: { instance, capacity },
        signal: AbortSignal.timeout(answerWithinMs),
      }),
    );
  }

  async assignments(): Promise<Assignments> {
    return await answerOf(
      this.client.GET('/worker/assignments', { signal: AbortSignal.timeout(answerWithinMs) }),
    );
  }

  async claim(attemptId: string, instance: string): Promise<Work> {
    return await answerOf(
      this.client.POST('/worker/attempts/{attemptId}/claim', {
        params: { path: { attemptId } },
        body: { instance },
        signal: AbortSignal.timeout(answerWithinMs),
      }),
    );
  }

  async renew({ attemptId, fencingToken }: Ticket): Promise<Lease> {
    return await answerOf(
      this.client.POST('/worker/attempts/{attemptId}/renew', {
        params: { path: { attemptId } },
        body: { fencingToken },
        signal: AbortSignal.timeout(answerWithinMs),
      }),
    );
  }

  async advance({ attemptId, fencingToken }: Ticket, state: ToldStage): Promise<Lease> {
    return await answerOf(
      this.client.POST('/worker/attempts/{attemptId}/advance', {
        params: { path: { attemptId } },
        body: { fencingToken, state },
        signal: AbortSignal.timeout(answerWithinMs),
      }),
    );
  }

  async live({ attemptId, fencingToken }: Ticket, parts: LivePart[]): Promise<void> {
    await answerOf(
      this.client.POST('/worker/attempts/{attemptId}/live', {
        params: { path: { attemptId } },
        body: { fencingToken, parts },
        signal: AbortSignal.timeout(answerWithinMs),
      }),
    );
  }

  async finish(
    { attemptId, fencingToken }: Ticket,
    result: AttemptResult,
    uploadIds: string[],
  ): Promise<void> {
    await answerOf(
      this.client.POST('/worker/attempts/{attemptId}/finish', {
        params: { path: { attemptId } },
        body: { fencingToken, result, uploadIds },
        signal: AbortSignal.timeout(answerWithinMs),
      }),
    );
  }

  async surrender({ attemptId, fencingToken }: Ticket, uploadIds: string[]): Promise<void> {
    await answerOf(
      this.client.POST('/worker/attempts/{attemptId}/surrender', {
        params: { path: { attemptId } },
        body: { fencingToken, uploadIds },
        signal: AbortSignal.timeout(answerWithinMs),
      }),
    );
  }

  async createUpload(upload: NewUpload): Promise<Upload> {
    return await answerOf(
      this.client.POST('/worker/uploads', {
        body: upload,
        signal: AbortSignal.timeout(answerWithinMs),
      }),
    );
  }

  async putPart(
    uploadId: string,
    offset: number,
    sha256: string,
    bytes: Uint8Array,
  ): Promise<Upload> {
    return await answerOf(
      this.client.PUT('/worker/uploads/{uploadId}/parts', {
        params: { path: { uploadId }, query: { offset, sha256 } },
        // The document has bytes as a string; what is sent are the bytes themselves.
        body: '',
        bodySerializer: () => bytes,
        headers: { 'content-type': 'application/octet-stream' },
        signal: AbortSignal.timeout(partWithinMs),
      }),
    );
  }

  async showUpload(uploadId: string): Promise<Upload> {
    return await answerOf(
      this.client.GET('/worker/uploads/{uploadId}', {
        params: { path: { uploadId } },
        signal: AbortSignal.timeout(answerWithinMs),
      }),
    );
  }

  async completeUpload(uploadId: string): Promise<Upload> {
    return await answerOf(
      this.client.POST('/worker/uploads/{uploadId}/complete', {
        params: { path: { uploadId } },
        // It hashes the whole file.
        signal: AbortSignal.timeout(partWithinMs),
      }),
    );
  }

  async claimRejudging(verifierVersion: string): Promise<RejudgeWork | null> {
    const { work } = await answerOf(
      this.client.POST('/worker/rejudging/claim', {
        body: { verifierVersion },
        signal: AbortSignal.timeout(answerWithinMs),
      }),
    );
    return work;
  }

  async renewRejudging({ itemId, fencingToken }: RejudgeTicket): Promise<Lease> {
    return await answerOf(
      this.client.POST('/worker/rejudging/{itemId}/renew', {
        params: { path: { itemId } },
        body: { fencingToken },
        signal: AbortSignal.timeout(answerWithinMs),
      }),
    );
  }

  async finishRejudging(
    { itemId, fencingToken }: RejudgeTicket,
    result: RejudgeResult,
  ): Promise<void> {
    await answerOf(
      this.client.POST('/worker/rejudging/{itemId}/finish', {
        params: { path: { itemId } },
        body: { fencingToken, result },
        signal: AbortSignal.timeout(answerWithinMs),
      }),
    );
  }

  async fetchBlob(sha256: string, file: string, stop: AbortSignal): Promise<void> {
    const body = await answerOf(
      this.client.GET('/worker/blobs/{sha256}', {
        params: { path: { sha256 } },
        parseAs: 'stream',
        signal: stop,
      }),
    );
    if (body === null) throw new Unreachable('The service sent no bytes.');
    try {
      await pipeline(Readable.fromWeb(body), createWriteStream(file));
    } catch (cause) {
      stop.throwIfAborted();
      throw new Unreachable('The bytes were cut.', { cause });
    }
  }
}
