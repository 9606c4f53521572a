import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { connect } from '@fenceline/client';
import type { ServiceHistory } from '../checker/history.js';
import type { Service } from './service.js';

const batch = 25;
/** The whole of one attempt; no stand-in takes that long. */
const timeoutSeconds = 60;
const text = readFileSync('scenarios/stuck-write.yaml', 'utf8');

type Client = ReturnType<typeof connect>;

/** Submits jobs over REST, and asks again with the same Idempotency-Key where no answer came. */
export class Submitter {
  readonly accepted: ServiceHistory['accepted'] = [];
  private seed = 1;

  constructor(private readonly service: Service) {}

  async joinTokens(count: number): Promise<string[]> {
    const secrets: string[] = [];
    while (secrets.length < count) {
      const { secret } = await this.ask((client) =>
        client.POST('/join-tokens', { body: { expiresInHours: 1 } }),
      );
      secrets.push(secret);
    }
    return secrets;
  }

  async submit(jobs: number): Promise<void> {
    for (let left = jobs; left > 0; left -= batch) {
      const count = Math.min(left, batch);
      const key = crypto.randomUUID();
      const seeds = { from: this.seed, count };
      this.seed += count;
      const { id } = await this.ask((client) =>
        client.POST('/runs', {
          params: { header: { 'Idempotency-Key': key } },
          body: { scenarios: [{ text }], seeds, driver: 'simulated', timeoutSeconds },
        }),
      );
      this.accepted.push({ runId: id, jobs: count });
    }
  }

  async allFinished(): Promise<boolean> {
    const [row] = await this.service.rows.read<{ finished: boolean }>(
      `SELECT NOT EXISTS (SELECT FROM jobs WHERE state <> 'finished') AS finished`,
    );
    return row!.finished;
  }

  private async ask<Answer>(
    call: (client: Client) => Promise<{ data?: Answer; error?: unknown; response: Response }>,
  ): Promise<Answer> {
    for (let turn = 0; ; turn += 1) {
      const urls = this.service.urls();
      const url = urls[turn % Math.max(urls.length, 1)];
      if (url !== undefined) {
        const client = connect({ service: url, token: this.service.token });
        const result = await call(client).catch(() => null);
        if (result?.data !== undefined) return result.data;
        const status = result?.response.status ?? 503;
        // 409: the first try with this key is still at work, or its control plane has died in it.
        if (status < 500 && status !== 409) {
          throw new Error(`submitting was refused: ${JSON.stringify(result?.error)}`);
        }
      }
      await delay(100);
    }
  }
}
