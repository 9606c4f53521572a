import { connect, ServiceProblem, ServiceUnreachable } from '@fenceline/client';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { RunDetail } from './documents.js';
import { withPatience } from './patience.js';
import { watchRun, type RunWatcher } from './watch-run.js';

const runId = '00000000-0000-4000-8000-000000000001';

/** A run of one job. */
const runThat = (finished: boolean) =>
  ({
    id: runId,
    jobCount: 1,
    progress: { states: { finished: finished ? 1 : 0 }, exitCode: finished ? 0 : null },
  }) as unknown as RunDetail;

const event = (number: number, type: string) =>
  `id: ${number}\ndata: ${JSON.stringify({
    number: String(number),
    type,
    owner: 'alice',
    ...{ runId, jobId: runId, attemptId: null, workerId: null },
    at: '2026-01-01T00:00:00Z',
    data: {},
  })}\n\n`;

/** A service with one run, which is finished from a reading on, and a stream of events that a spec writes. */
function fakeService(finishedFrom: number) {
  let readings = 0;
  let stream!: ReadableStreamDefaultController<Uint8Array>;
  const send = vi.fn((input: string | URL | Request, init?: RequestInit) => {
    const url = input instanceof Request ? input.url : String(input);
    if (!url.includes('/events')) {
      readings += 1;
      return Promise.resolve(Response.json(runThat(readings >= finishedFrom)));
    }
    const body = new ReadableStream<Uint8Array>({ start: (controller) => (stream = controller) });
    init?.signal?.addEventListener('abort', () => {
      stream.error(init.signal?.reason);
    });
    return Promise.resolve(new Response(body));
  });
  vi.stubGlobal('fetch', send);
  const url = 'http://service.test';
  return {
    service: {
      url,
      token: 'flt_x',
      client: connect({ service: url, token: 'flt_x', fetch: send }),
    },
    write: (text: string) => stream.enqueue(new TextEncoder().encode(text)),
    readings: () => readings,
    asked: () =>
      send.mock.calls.map(([input]) => (input instanceof Request ? input.url : String(input))),
  };
}

function watcherOf(told: string[], onRun: () => void = () => undefined): RunWatcher {
  return {
    run: () => {
      told.push('run');
      onRun();
    },
    event: ({ type }) => told.push(type),
    live: () => told.push('live'),
    note: (text) => told.push(text),
  };
}

afterEach(() => {
  vi.unstubAllGlobals();
});

describe('watchRun', () => {
  const options = { runId, history: true, signal: new AbortController().signal, restMs: 0 };

  it('reads the run when an event says so, until it has finished', async () => {
    const { service, write, asked } = fakeService(3);
    const told: string[] = [];
    let runs = 0;
    const watcher = watcherOf(told, () => {
      runs += 1;
      // The second reading is that after the stream was opened.
      if (runs === 2) write(event(1, 'job.active') + event(2, 'job.finished'));
    });
    expect(await watchRun(service, watcher, { ...options, pollMs: 3_600_000 })).toBe(true);
    expect(told).toEqual(['run', 'run', 'job.active', 'job.finished', 'run']);
    expect(asked()).toContain(`http://service.test/api/v1/events?runId=${runId}`);
  });

  it('tells the last events too, which may come behind what they tell of', async () => {
    const { service, write } = fakeService(2);
    const told: string[] = [];
    let runs = 0;
    const watcher = watcherOf(told, () => {
      runs += 1;
      if (runs === 2) setImmediate(() => write(event(2, 'job.finished')));
    });
    expect(await watchRun(service, watcher, options)).toBe(true);
    expect(told).toEqual(['run', 'run', 'job.finished']);
  });

  it('reads it now and then where no events come', async () => {
    const { service, readings } = fakeService(5);
    expect(await watchRun(service, watcherOf([]), { ...options, history: false, pollMs: 1 })).toBe(
      true,
    );
    expect(readings()).toBe(5);
  });

  it('ends when it is told to', async () => {
    const { service } = fakeService(Infinity);
    const stop = new AbortController();
    const watching = watchRun(
      service,
      watcherOf([], () => stop.abort()),
      {
        ...options,
        signal: stop.signal,
      },
    );
    expect(await watching).toBe(false);
  });

  it('throws what the service refuses', async () => {
    const { service } = fakeService(Infinity);
    const refusal = { type: '/problems/forbidden', title: '', status: 403, detail: 'No.' };
    vi.stubGlobal('fetch', () => Promise.resolve(Response.json(refusal, { status: 403 })));
    await expect(watchRun(service, watcherOf([]), options)).rejects.toThrow(ServiceProblem);
  });
});

describe('withPatience', () => {
  const limits = { patienceMs: 3_600_000, betweenTriesMs: 1 };

  it('waits for a service that is away, and says so once', async () => {
    const told: string[] = [];
    let tries = 0;
    const read = () => {
      tries += 1;
      return tries < 4 ? Promise.reject(new ServiceUnreachable('away')) : Promise.resolve('here');
    };
    expect(await withPatience(read, (why) => told.push(why), limits)).toBe('here');
    expect(told).toEqual(['away']);
  });

  it('gives up after a while, and at once where it is refused', async () => {
    const away = () => Promise.reject(new ServiceUnreachable('away'));
    const short = { ...limits, patienceMs: -1 };
    await expect(withPatience(away, () => undefined, short)).rejects.toThrow('away');
    const document = { type: '/problems/not-found', title: '', status: 404, detail: 'Gone.' };
    const refused = () => Promise.reject(new ServiceProblem(document));
    await expect(withPatience(refused, () => undefined, limits)).rejects.toThrow('Gone.');
  });
});
