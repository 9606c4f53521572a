import { ServiceProblem, type EventMessage, type readEvents } from '@fenceline/client';
import { afterEach, describe, expect, it } from 'vitest';
import type { FromLeader } from './messages.js';
import { TabStream, type Lock } from './tab-stream.js';

type Options = Parameters<typeof readEvents>[0];

/** A browser: one lock, and a service whose stream the spec writes. */
class Browser {
  readonly connections: { options: Options; send: (message: EventMessage) => void }[] = [];
  refusal: ServiceProblem | null = null;
  private queue: Promise<void> = Promise.resolve();

  readonly lock: Lock = (_name, _signal, work) => {
    this.queue = this.queue.then(work);
    return this.queue;
  };

  readonly read = (options: Options): AsyncGenerator<EventMessage> => this.readOnce(options);

  get connection() {
    return this.connections.at(-1)!;
  }

  private async *readOnce(options: Options): AsyncGenerator<EventMessage> {
    if (this.refusal !== null) throw this.refusal;
    const waiting: EventMessage[] = [{ kind: 'open' }];
    let wake: () => void = () => undefined;
    this.connections.push({
      options,
      send: (message) => {
        waiting.push(message);
        wake();
      },
    });
    options.signal?.addEventListener('abort', () => wake());
    while (options.signal?.aborted !== true) {
      const message = waiting.shift();
      if (message !== undefined) yield message;
      else await new Promise<void>((resolve) => (wake = resolve));
    }
  }
}

interface Tab {
  stream: TabStream;
  messages: FromLeader[];
}

describe('tabs of one browser', () => {
  const open: TabStream[] = [];
  afterEach(() => {
    for (const stream of open.splice(0)) stream.stop();
  });

  function openTab({ lock, read }: Browser): Tab {
    const messages: FromLeader[] = [];
    const onMessage = (message: FromLeader) => messages.push(message);
    const stream = new TabStream({ service: 'http://service.test', onMessage, lock, read });
    open.push(stream);
    void stream.run();
    return { stream, messages };
  }

  const numbersOf = ({ messages }: Pick<Tab, 'messages'>) =>
    messages.flatMap((one) =>
      one.kind === 'events' ? one.events.map(({ number }) => number) : [],
    );
  const event = (number: string): EventMessage => ({ kind: 'event', id: number, data: { number } });
  const opened = (browser: Browser, count: number) =>
    expect.poll(() => browser.connections.length).toBe(count);

  it('have one stream, and each sees every event once', async () => {
    const browser = new Browser();
    const tabs = Array.from({ length: 8 }, () => openTab(browser));
    await opened(browser, 1);
    for (const number of ['1', '2', '3']) browser.connection.send(event(number));
    for (const tab of tabs) await expect.poll(() => numbersOf(tab)).toEqual(['1', '2', '3']);
    expect(browser.connections).toHaveLength(1);
  });

  it('go on from the last event when the one that holds the stream closes', async () => {
    const browser = new Browser();
    const [first, second] = [openTab(browser), openTab(browser)];
    await opened(browser, 1);
    browser.connection.send(event('7'));
    await expect.poll(() => numbersOf(second)).toEqual(['7']);
    first.stream.stop();
    await opened(browser, 2);
    expect(browser.connection.options.after).toBe('7');
    browser.connection.send(event('8'));
    await expect.poll(() => numbersOf(second)).toEqual(['7', '8']);
    expect(numbersOf(first)).toEqual(['7']);
  });

  it('read all anew after a reset, each of them', async () => {
    const browser = new Browser();
    const tabs = [openTab(browser), openTab(browser)];
    await opened(browser, 1);
    browser.connection.send(event('7'));
    browser.connection.send({ kind: 'reset', id: '90' });
    for (const { messages } of tabs) {
      await expect.poll(() => messages.some(({ kind }) => kind === 'reset')).toBe(true);
    }
  });

  it('read all anew when the stream was cut before its first event, and go on where it was not', async () => {
    const browser = new Browser();
    const { messages } = openTab(browser);
    const resets = () => messages.filter(({ kind }) => kind === 'reset').length;
    await opened(browser, 1);
    const before = resets();
    browser.connection.send({ kind: 'cut', reason: 'spec' });
    browser.connection.send({ kind: 'open' });
    await expect.poll(resets).toBe(before + 1);
    browser.connection.send(event('7'));
    browser.connection.send({ kind: 'cut', reason: 'spec' });
    browser.connection.send({ kind: 'open' });
    browser.connection.send(event('8'));
    await expect.poll(() => numbersOf({ messages })).toEqual(['7', '8']);
    expect(resets()).toBe(before + 1);
  });

  it('know that the session was refused', async () => {
    const browser = new Browser();
    browser.refusal = new ServiceProblem({
      type: '/problems/unauthenticated',
      title: '',
      status: 401,
      detail: 'revoked',
    });
    const tabs = [openTab(browser), openTab(browser)];
    for (const { messages } of tabs) {
      await expect
        .poll(() =>
          messages.some((one) => one.kind === 'connection' && one.connection === 'refused'),
        )
        .toBe(true);
    }
  });

  it('get live parts of the jobs that any of them shows, over the same stream', async () => {
    const browser = new Browser();
    const [leader, follower] = [openTab(browser), openTab(browser)];
    await opened(browser, 1);
    browser.connection.send(event('7'));
    await expect.poll(() => numbersOf(follower)).toEqual(['7']);
    follower.stream.watch(['job']);
    await opened(browser, 2);
    expect(browser.connection.options).toMatchObject({ after: '7', query: { liveJobs: 'job' } });
    browser.connection.send({ kind: 'live', data: { jobId: 'job', attemptId: 'a', parts: [] } });
    const seesLive = ({ messages }: Tab) => messages.some(({ kind }) => kind === 'live');
    await expect.poll(() => seesLive(follower)).toBe(true);
    expect(seesLive(leader)).toBe(true);
    follower.stream.watch([]);
    await opened(browser, 3);
    expect(browser.connection.options.query).toBeUndefined();
    // Another holder learns what is watched.
    follower.stream.watch(['job']);
    await opened(browser, 4);
    leader.stream.stop();
    await expect
      .poll(() => browser.connection.options.query, { timeout: 5000 })
      .toEqual({ liveJobs: 'job' });
  });
});
