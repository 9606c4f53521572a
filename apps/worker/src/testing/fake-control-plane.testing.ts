import { createHash, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { LabDriverName } from '@fenceline/contracts';
import {
  allOperations,
  problemTypes,
  statusOf,
  type AttemptResult,
  type Capacity,
  type LivePart,
  type Operation,
  type ProblemType,
  type RejudgeResult,
  type RejudgeWork,
  type Upload,
  type Work,
} from '@fenceline/contracts/api';

/** An attempt as the fake keeps it. */
export interface FakeAttempt {
  work: Work;
  state: 'assigned' | 'claimed' | 'finished' | 'surrendered';
  /** Stages in the order told. */
  told: string[];
  renewals: number;
  cancel: boolean;
  superseded: boolean;
  live: LivePart[];
  result: AttemptResult | null;
  /** Names of what was published, with their bytes. */
  published: Map<string, Buffer>;
}

/** Evidence that is to be judged again. */
export interface FakeRejudging {
  work: RejudgeWork;
  bytes: Buffer;
  state: 'waiting' | 'running' | 'finished';
  superseded: boolean;
  result: RejudgeResult | null;
}

interface FakeUpload {
  upload: Upload;
  bytes: Buffer;
  surrender: boolean;
}

type Answer = unknown;
type Handler = (input: {
  params: Record<string, string>;
  query: URLSearchParams;
  body: unknown;
  bytes: Buffer;
}) => Answer;

class FakeProblem extends Error {
  constructor(
    readonly type: ProblemType,
    detail: string,
  ) {
    super(detail);
  }
}

/**
 * The worker protocol in memory, over real HTTP. It checks every body against its contract, and forgets nothing, so that
 * a spec can see what a worker said. There is no lease here: a spec supersedes an attempt when it wants to.
 */
export class FakeControlPlane {
  readonly attempts = new Map<string, FakeAttempt>();
  readonly toRejudge: FakeRejudging[] = [];
  /** Every request in order, `POST /worker/hello` and so on. */
  readonly requests: string[] = [];
  /** What the worker said last that it offers. */
  capacity: Capacity | null = null;
  leaseSeconds = 3;
  /** Cuts the connection of every request for which it says so. */
  cut: (request: string) => boolean = () => false;
  /** Whether the worker's credential is refused. */
  revoked = false;
  private readonly uploads = new Map<string, FakeUpload>();
  private readonly watchers = new Set<() => void>();
  private readonly handlers: { operation: Operation; pattern: RegExp; handler: Handler }[];

  private constructor(private readonly server: Server) {
    const byId = this.answers();
    this.handlers = allOperations.flatMap((operation) => {
      const handler = byId[operation.id];
      const names = operation.path.replaceAll(/\{(\w+)\}/g, '(?<$1>[^/]+)');
      const pattern = new RegExp(`^/api/v1${names}$`);
      return handler === undefined ? [] : [{ operation, pattern, handler }];
    });
    server.on('request', (request, response) => void this.serve(request, response));
  }

  static async start(): Promise<FakeControlPlane> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new FakeControlPlane(server);
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  /** Gives the worker an attempt. */
  assign(
    scenario: { name: string; text: string },
    options: { seed?: number; driver?: LabDriverName; timeoutSeconds?: number } = {},
  ): FakeAttempt {
    const attempt: FakeAttempt = {
      work: {
        attemptId: randomUUID(),
        jobId: randomUUID(),
        runId: randomUUID(),
        number: 1,
        fencingToken: String(this.attempts.size + 1),
        leaseSeconds: this.leaseSeconds,
        timeoutSeconds: options.timeoutSeconds ?? 600,
        scenario: { ...scenario, hash: sha256(Buffer.from(scenario.text)) },
        seed: options.seed ?? 1,
        driver: options.driver ?? 'simulated',
        kernel: null,
        pinned: [],
      },
      state: 'assigned',
      told: [],
      renewals: 0,
      cancel: false,
      superseded: false,
      live: [],
      result: null,
      published: new Map(),
    };
    this.attempts.set(attempt.work.attemptId, attempt);
    return attempt;
  }

  /** Has evidence judged again. @param sha256 what it is said to be, where that is not what it is */
  rejudge(
    bytes: Buffer,
    options: { sha256?: string; timeoutSeconds?: number } = {},
  ): FakeRejudging {
    const item: FakeRejudging = {
      work: {
        ...{ itemId: randomUUID(), jobId: randomUUID(), fencingToken: '1' },
        ...{ leaseSeconds: this.leaseSeconds, timeoutSeconds: options.timeoutSeconds ?? 600 },
        evidence: { sha256: options.sha256 ?? sha256(bytes), name: 'kept.tar.zst' },
      },
      ...{ bytes, state: 'waiting', superseded: false, result: null },
    };
    this.toRejudge.push(item);
    return item;
  }

  /** Waits until something is so; it is looked at after every request. */
  async until(condition: () => boolean): Promise<void> {
    if (condition()) return;
    await new Promise<void>((resolve) => {
      const look = (): void => {
        if (!condition()) return;
        this.watchers.delete(look);
        resolve();
      };
      this.watchers.add(look);
    });
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url!, this.url);
    const name = `${request.method!} ${url.pathname.replace('/api/v1', '')}`;
    this.requests.push(name);
    try {
      if (this.cut(name)) {
        request.socket.destroy();
        return;
      }
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      if (this.revoked) throw new FakeProblem('unauthenticated', 'no valid token');
      this.answer(request.method!, url, Buffer.concat(chunks), response);
    } catch (error) {
      refuse(response, error);
    } finally {
      for (const look of this.watchers) look();
    }
  }

  private answer(method: string, url: URL, bytes: Buffer, response: ServerResponse): void {
    for (const { operation, pattern, handler } of this.handlers) {
      const match = pattern.exec(url.pathname);
      if (match === null || operation.method !== method) continue;
      const body = operation.body?.parse(JSON.parse(bytes.toString()));
      const params = match.groups ?? {};
      const answer = handler({ params, query: url.searchParams, body, bytes });
      response.writeHead(statusOf(operation), { 'content-type': 'application/json' });
      if (Buffer.isBuffer(answer)) response.end(answer);
      else response.end(answer === undefined ? undefined : JSON.stringify(answer));
      return;
    }
    throw new FakeProblem('not-found', url.pathname);
  }

  private answers(): Record<string, Handler> {
    const terms = () => ({
      state: 'enabled',
      leaseSeconds: this.leaseSeconds,
      pollSeconds: 0.05,
      doorbell: null,
    });
    return {
      enrolWorker: () => ({ workerId: randomUUID(), credential: 'secret' }),
      helloWorker: ({ body }) => {
        this.capacity = (body as { capacity: Capacity }).capacity;
        return terms();
      },
      listAssignments: () => ({
        attemptIds: [...this.attempts.values()]
          .filter(({ state, cancel }) => state === 'assigned' || cancel)
          .map(({ work }) => work.attemptId),
        rejudging: this.toRejudge.some(({ state }) => state === 'waiting'),
        terms: terms(),
      }),
      claimAttempt: ({ params }) => {
        const attempt = this.attempts.get(params['attemptId']!)!;
        attempt.state = 'claimed';
        return attempt.work;
      },
      renewLease: (input) => {
        const attempt = this.fenced(input);
        attempt.renewals += 1;
        return { leaseSeconds: this.leaseSeconds, cancel: attempt.cancel };
      },
      advanceAttempt: (input) => {
        const attempt = this.fenced(input);
        attempt.told.push((input.body as { state: string }).state);
        return { leaseSeconds: this.leaseSeconds, cancel: attempt.cancel };
      },
      showLive: (input) => {
        this.fenced(input).live.push(...(input.body as { parts: LivePart[] }).parts);
      },
      finishAttempt: (input) => {
        const { result, uploadIds } = input.body as { result: AttemptResult; uploadIds: string[] };
        const attempt = this.fenced(input);
        if (attempt.state === 'finished') return;
        this.publish(attempt, uploadIds);
        Object.assign(attempt, { state: 'finished', result });
      },
      surrenderAttempt: ({ params, body }) => {
        const attempt = this.attempts.get(params['attemptId']!)!;
        this.publish(attempt, (body as { uploadIds: string[] }).uploadIds);
        attempt.state = 'surrendered';
      },
      ...this.rejudgingAnswers(),
      ...this.uploadAnswers(),
    };
  }

  private rejudgingAnswers(): Record<string, Handler> {
    const find = ({ params, body }: Parameters<Handler>[0]): FakeRejudging => {
      const item = this.toRejudge.find(({ work }) => work.itemId === params['itemId']);
      const { fencingToken } = body as { fencingToken: string };
      if (item?.work.fencingToken !== fencingToken || item.superseded) throw superseded();
      return item;
    };
    return {
      claimRejudging: () => {
        const item = this.toRejudge.find(({ state }) => state === 'waiting');
        if (item !== undefined) item.state = 'running';
        return { work: item?.work ?? null };
      },
      renewRejudging: (input) => {
        find(input);
        return { leaseSeconds: this.leaseSeconds, cancel: false };
      },
      finishRejudging: (input) => {
        const { result } = input.body as { result: RejudgeResult };
        Object.assign(find(input), { state: 'finished', result });
      },
      downloadBlob: ({ params }) =>
        this.toRejudge.find(({ work }) => work.evidence.sha256 === params['sha256'])!.bytes,
    };
  }

  private uploadAnswers(): Record<string, Handler> {
    const find = (params: Record<string, string>): FakeUpload => {
      const found = this.uploads.get(params['uploadId']!);
      if (found === undefined) throw new FakeProblem('not-found', 'no such upload');
      return found;
    };
    return {
      createAttemptUpload: ({ body }) => {
        const file = body as Upload & { attemptId: string; surrender: boolean };
        const { kind, name, size, surrender } = file;
        if (this.attempts.get(file.attemptId)!.superseded && !surrender) throw superseded();
        const upload: Upload = {
          id: randomUUID(),
          ...{ kind, name, size, sha256: file.sha256, received: 0, state: 'open' },
          expiresAt: new Date().toISOString(),
        };
        this.uploads.set(upload.id, { upload, bytes: Buffer.alloc(0), surrender });
        return upload;
      },
      putAttemptUploadPart: ({ params, query, bytes }) => {
        const found = find(params);
        if (Number(query.get('offset')) !== found.upload.received) {
          throw new FakeProblem('conflict', 'not there');
        }
        if (sha256(bytes) !== query.get('sha256'))
          throw new FakeProblem('hash-mismatch', 'changed');
        found.bytes = Buffer.concat([found.bytes, bytes]);
        found.upload.received = found.bytes.length;
        return found.upload;
      },
      showAttemptUpload: ({ params }) => find(params).upload,
      completeAttemptUpload: ({ params }) => {
        const found = find(params);
        if (sha256(found.bytes) !== found.upload.sha256) {
          throw new FakeProblem('hash-mismatch', 'other bytes');
        }
        found.upload.state = 'completed';
        return found.upload;
      },
    };
  }

  private fenced({ params, body }: Parameters<Handler>[0]): FakeAttempt {
    const attempt = this.attempts.get(params['attemptId']!);
    const { fencingToken } = body as { fencingToken: string };
    if (attempt?.work.fencingToken !== fencingToken || attempt.superseded) throw superseded();
    return attempt;
  }

  private publish(attempt: FakeAttempt, uploadIds: readonly string[]): void {
    for (const id of uploadIds) {
      const found = this.uploads.get(id);
      if (found?.upload.state !== 'completed') throw new FakeProblem('conflict', 'not complete');
      attempt.published.set(found.upload.name, found.bytes);
    }
  }
}

function refuse(response: ServerResponse, error: unknown): void {
  const type = error instanceof FakeProblem ? error.type : 'invalid-request';
  const { status, title } = problemTypes[type];
  const detail = error instanceof Error ? error.message : String(error);
  response.writeHead(status, { 'content-type': 'application/problem+json' });
  response.end(JSON.stringify({ type: `/problems/${type}`, title, status, detail }));
}

function superseded(): FakeProblem {
  return new FakeProblem('superseded', 'a newer attempt exists');
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
