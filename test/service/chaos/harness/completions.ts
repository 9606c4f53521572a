import type { ServiceHistory } from '../checker/history.js';
import type { Answer } from './worker-line.js';
import type { Call } from './call.js';
import type { Service } from './service.js';

type Replay = ServiceHistory['replays'][number];

interface Stale {
  id: string;
  workerId: string;
  token: string;
}

/**
 * Says again, on purpose, what attempts that have lost their place had said or might have: once as soon as that is so,
 * while the newer attempt is at work, and once more at the end.
 */
export class Completions {
  readonly replays: Replay[] = [];
  private readonly said = new Map<string, Buffer>();
  private readonly credentials = new Map<string, string>();
  private readonly done = new Set<string>();

  constructor(private readonly service: Service) {}

  /** What a worker says goes by here. */
  heard(workerId: string | null, call: Call): void {
    if (workerId !== null && call.authorization !== '') {
      this.credentials.set(workerId, call.authorization);
    }
    if (call.name === 'finish') this.said.set(call.attemptId!, call.bytes);
  }

  /** Replays those of attempts that are newly lost. */
  async replayNew(): Promise<void> {
    for (const stale of await this.stale()) {
      if (!this.done.has(stale.id) && (await this.replay(stale))) this.done.add(stale.id);
    }
  }

  /** Replays all of them once more. */
  async replayAll(): Promise<void> {
    for (const stale of await this.stale()) await this.replay(stale);
  }

  private stale(): Promise<Stale[]> {
    return this.service.rows.read<Stale>(
      `SELECT a.id, a.worker_id AS "workerId", a.fencing_token::text AS token
         FROM attempts a JOIN jobs j ON j.id = a.job_id
        WHERE a.state = 'ended' AND a.ended_how IN ('lost', 'superseded') AND a.claimed_at IS NOT NULL`,
    );
  }

  /** False where the service could not be asked. */
  private async replay({ id, workerId, token }: Stale): Promise<boolean> {
    const [url] = this.service.urls();
    const authorization = this.credentials.get(workerId);
    if (url === undefined || authorization === undefined) return false;
    const answer = await this.post(`${url}/api/v1/worker/attempts/${id}/finish`, {
      authorization,
      body: this.said.get(id)?.toString() ?? lateError(token),
    });
    if (answer === null || answer.status >= 500) return false;
    this.replays.push({ attemptId: id, status: answer.status, problem: problemOf(answer.body) });
    return true;
  }

  private async post(
    url: string,
    { authorization, body }: { authorization: string; body: string },
  ): Promise<Answer | null> {
    try {
      const response = await fetch(url, {
        method: 'POST',
        headers: { authorization, 'content-type': 'application/json' },
        body,
        signal: AbortSignal.timeout(10_000),
      });
      return { status: response.status, body: Buffer.from(await response.arrayBuffer()) };
    } catch {
      return null;
    }
  }
}

/** What an attempt that never came to its end could have said. */
function lateError(fencingToken: string): string {
  const result = { kind: 'error', message: 'It is said too late.' };
  return JSON.stringify({ fencingToken, result, uploadIds: [] });
}

function problemOf(body: Buffer): string {
  if (body.length === 0) return '';
  const { type } = JSON.parse(body.toString()) as { type?: string };
  return type?.split('/').at(-1) ?? '';
}
