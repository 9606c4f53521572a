import { randomUUID } from 'node:crypto';
import { answerOf, readEvents, ServiceProblem, type Client } from '@fenceline/client';
import {
  eventSchema,
  type AttemptResult,
  type LivePart,
  type Work,
} from '@fenceline/contracts/api';
import {
  createWorker,
  type TestWorker,
} from '../../../apps/control-plane/src/testing/work.testing.js';
import type { TestService } from '../../../apps/control-plane/src/testing/test-service.testing.js';
import { uploadWhole } from '../../../apps/control-plane/src/uploads/uploads.testing.js';

/** What becomes of a job: its result; or nothing, until somebody cancels it. */
export type Decide = (work: Work) => AttemptResult | 'hold';

/**
 * A worker without labs: it says what a real one would, and its results are those that a spec decides. It learns of its
 * assignments from the stream of events.
 */
export class HandDrivenWorker {
  private readonly instance = randomUUID();
  private readonly stopped = new AbortController();
  private readonly held = new Map<string, Work>();
  private listening: Promise<void> = Promise.resolve();
  /** What it says of every lab while that runs. */
  readonly live: LivePart[] = [
    { kind: 'step', step: 'boot', detail: '3 VMs', ms: null },
    { kind: 'console', vm: 'host1', line: 'nvme nvme0: reconnecting', ms: 12 },
    { kind: 'fault', what: 'hold the writes of A', ms: 1234 },
  ];

  private constructor(
    private readonly service: TestService,
    private readonly worker: TestWorker,
    private readonly decide: Decide,
  ) {}

  /** @param token of somebody who may read */
  static async start(
    service: TestService,
    token: string,
    decide: Decide,
  ): Promise<HandDrivenWorker> {
    const worker = await createWorker(service, { slots: 8 });
    const one = new HandDrivenWorker(service, worker, decide);
    one.listening = one.listen(token);
    return one;
  }

  get id(): string {
    return this.worker.id;
  }

  /** The bytes that it uploads as the evidence of a job. */
  static evidenceOf(jobId: string): Buffer {
    return Buffer.from(`evidence of ${jobId}`);
  }

  /** Says that it is there: one that is not heard of gets nothing. */
  async beHeardOf(): Promise<void> {
    await answerOf(this.client.GET('/worker/assignments'));
  }

  async stop(): Promise<void> {
    this.stopped.abort();
    await this.listening;
  }

  private get client(): Client {
    return this.worker.client;
  }

  private async listen(token: string): Promise<void> {
    const { signal } = this.stopped;
    const query = { types: 'attempt.assigned,job.cancelling' };
    for await (const message of readEvents({
      service: this.service.url,
      token,
      query,
      after: '0',
      signal,
    })) {
      if (message.kind !== 'event') continue;
      const { type, attemptId, jobId, workerId } = eventSchema.parse(message.data);
      if (type === 'attempt.assigned' && workerId === this.id) {
        await unlessSuperseded(this.run(attemptId!));
      }
      const work = this.held.get(jobId!);
      if (type === 'job.cancelling' && work !== undefined) {
        await this.finish(work, { kind: 'cancelled', message: 'Somebody asked for it.' });
      }
    }
  }

  private async run(attemptId: string): Promise<void> {
    const params = { path: { attemptId } };
    const work = await answerOf(
      this.client.POST('/worker/attempts/{attemptId}/claim', {
        params,
        body: { instance: this.instance },
      }),
    );
    const { fencingToken } = work;
    await this.advance(work, 'running');
    const body = { fencingToken, parts: this.live };
    await answerOf(this.client.POST('/worker/attempts/{attemptId}/live', { params, body }));
    const result = this.decide(work);
    if (result === 'hold') this.held.set(work.jobId, work);
    else await this.finish(work, result);
  }

  private async finish(work: Work, result: AttemptResult): Promise<void> {
    const { attemptId, fencingToken } = work;
    await this.advance(work, 'uploading');
    const uploadIds = result.kind === 'judged' ? [await this.upload(work)] : [];
    await this.advance(work, 'judging');
    await answerOf(
      this.client.POST('/worker/attempts/{attemptId}/finish', {
        params: { path: { attemptId } },
        body: { fencingToken, result, uploadIds },
      }),
    );
  }

  private async advance(
    { attemptId, fencingToken }: Work,
    state: 'running' | 'uploading' | 'judging',
  ): Promise<void> {
    await answerOf(
      this.client.POST('/worker/attempts/{attemptId}/advance', {
        params: { path: { attemptId } },
        body: { fencingToken, state },
      }),
    );
  }

  private async upload(work: Work): Promise<string> {
    const { id, credential, client } = this.worker;
    const attempt = { ...work, workerId: id, credential, worker: client };
    const { id: uploadId } = await uploadWhole(
      this.service.url,
      attempt,
      HandDrivenWorker.evidenceOf(work.jobId),
    );
    return uploadId;
  }
}

/** A job may be cancelled before its attempt is claimed: then the attempt does not count any more, and the next one is awaited. */
async function unlessSuperseded(attempt: Promise<void>): Promise<void> {
  try {
    await attempt;
  } catch (error) {
    if (!(error instanceof ServiceProblem && error.type === 'superseded')) throw error;
  }
}
