import { randomUUID } from 'node:crypto';
import { answerOf, connect, type Client } from '@fenceline/client';
import type { AttemptResult, LivePart, Work } from '@fenceline/contracts/api';
import { vi } from 'vitest';
import { uploadWhole } from '../../../apps/control-plane/src/uploads/uploads.testing.js';
import type { RunningService } from './service.js';

/** A file of an attempt. */
export interface ResultFile {
  kind: 'evidence' | 'timeline';
  name: string;
  bytes: Uint8Array;
}

/** A worker without labs: a test says through it what a lab would do, when the test wants it. */
export class WorkerByHand {
  private constructor(
    private readonly service: string,
    private readonly workerId: string,
    private readonly credential: string,
    private readonly api: Client,
  ) {}

  /** Enrols a worker that offers one slot for simulated labs. @param label so that a job can ask for it alone */
  static async enrol({ address, client }: RunningService, label: string): Promise<WorkerByHand> {
    const { secret } = await answerOf(client.POST('/join-tokens', { body: { expiresInHours: 1 } }));
    const capacity = { slots: 1, memoryMib: 1024, cores: 1, accelerator: null, version: 'by hand' };
    const { workerId, credential } = await answerOf(
      connect({ service: address }).POST('/worker/enrol', {
        body: { joinToken: secret, name: label, capacity: { ...capacity, labels: [label] } },
      }),
    );
    const api = connect({ service: address, token: credential });
    return new WorkerByHand(address, workerId, credential, api);
  }

  /** Waits for an attempt, and starts it. */
  async begin(): Promise<Work> {
    const attemptId = await vi.waitFor(
      async () => {
        const { attemptIds } = await answerOf(this.api.GET('/worker/assignments'));
        if (attemptIds[0] === undefined) throw new Error('no job is placed here');
        return attemptIds[0];
      },
      { timeout: 30_000, interval: 100 },
    );
    const params = { path: { attemptId } };
    const work = await answerOf(
      this.api.POST('/worker/attempts/{attemptId}/claim', {
        params,
        body: { instance: randomUUID() },
      }),
    );
    await this.advance(work, 'running');
    return work;
  }

  /** Tells what the lab does; it is lost where nobody listens yet. */
  async show({ attemptId, fencingToken }: Work, parts: LivePart[]): Promise<void> {
    await answerOf(
      this.api.POST('/worker/attempts/{attemptId}/live', {
        params: { path: { attemptId } },
        body: { fencingToken, parts },
      }),
    );
  }

  /** Uploads the files, and ends the attempt. */
  async finish(work: Work, result: AttemptResult, files: readonly ResultFile[]): Promise<void> {
    const { attemptId, fencingToken } = work;
    await this.advance(work, 'uploading');
    const { workerId, credential, api: worker } = this;
    const attempt = { ...work, workerId, credential, worker };
    const uploadIds: string[] = [];
    for (const { bytes, ...file } of files) {
      uploadIds.push((await uploadWhole(this.service, attempt, bytes, file)).id);
    }
    await answerOf(
      this.api.POST('/worker/attempts/{attemptId}/finish', {
        params: { path: { attemptId } },
        body: { fencingToken, result, uploadIds },
      }),
    );
  }

  private async advance(
    { attemptId, fencingToken }: Work,
    state: 'running' | 'uploading',
  ): Promise<void> {
    await answerOf(
      this.api.POST('/worker/attempts/{attemptId}/advance', {
        params: { path: { attemptId } },
        body: { fencingToken, state },
      }),
    );
  }
}
