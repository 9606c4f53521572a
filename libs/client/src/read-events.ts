import { createParser, type EventSourceMessage } from 'eventsource-parser';
import { unreachableOr } from './answer-of.js';
import { BackOff } from './back-off.js';
import { problemOf, ServiceProblem } from './service-problem.js';

/** What comes out of a stream of the service's events, in order. */
export type EventMessage =
  /** Connected, for the first time or again: from here on nothing is missed. */
  | { kind: 'open' }
  /** The stream is cut, and will be tried again. */
  | { kind: 'cut'; reason: string }
  /** Events were missed, as the service keeps them no more: what was known is to be read anew. */
  | { kind: 'reset'; id: string | undefined }
  /** @property id the event's number, to go on from */
  | { kind: 'event'; id: string; data: unknown }
  /** What is seen while a lab runs; some of it may be missing. */
  | { kind: 'live'; data: unknown };

export interface ReadEventsOptions {
  /** Address of the service. */
  service: string;
  token?: string;
  /** Filters, as `GET /events` has them. */
  query?: Readonly<Record<string, string>>;
  /** Number of the last event that is known: those behind it come first. Without it: those from now on. */
  after?: string;
  /** Ends the reading; the generator then returns. */
  signal?: AbortSignal;
  /** @defaultValue the platform's `fetch` */
  fetch?: typeof fetch;
  /** A connection on which not even a comment came for so long is taken for dead, ms. */
  idleMs?: number;
  /** Waits between two tries. */
  pause?: (ms: number, signal: AbortSignal) => Promise<unknown>;
}

const defaultIdleMs = 60_000;

/**
 * Reads the service's events, over as many connections as it takes: one that is cut is made again, from the last event
 * on, at growing intervals and without end. Who has waited long enough aborts.
 *
 * @throws ServiceProblem where the service refuses the stream for good
 */
export async function* readEvents(options: ReadEventsOptions): AsyncGenerator<EventMessage> {
  const signal = options.signal ?? new AbortController().signal;
  const pause = options.pause ?? wait;
  const backOff = new BackOff();
  let last = options.after;
  const isOver = (): boolean => signal.aborted;
  while (!isOver()) {
    let reason = 'the service ended the stream';
    try {
      for await (const message of readConnection(options, last, signal)) {
        backOff.reset();
        // What was missed before a reset stays missed: the next connection begins behind it.
        if (message.kind === 'event' || message.kind === 'reset') last = message.id;
        yield message;
      }
    } catch (error) {
      if (isOver()) return;
      if (error instanceof ServiceProblem && !isPassing(error)) throw error;
      reason = error instanceof Error ? error.message : String(error);
    }
    yield { kind: 'cut', reason };
    await pause(backOff.next(), signal).catch((error: unknown) => {
      if (!isOver()) throw error;
    });
  }
}

/** Whether the same request may go well later. */
function isPassing({ status }: ServiceProblem): boolean {
  return status >= 500 || status === 429;
}

/** The messages of one connection. */
async function* readConnection(
  { service, token, query, fetch: send = fetch, idleMs = defaultIdleMs }: ReadEventsOptions,
  last: string | undefined,
  signal: AbortSignal,
): AsyncGenerator<EventMessage> {
  const url = new URL('/api/v1/events', service);
  url.search = new URLSearchParams(query).toString();
  const idle = new IdleTimer(idleMs);
  try {
    const response = await send(url, {
      headers: {
        accept: 'text/event-stream',
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...(last !== undefined && { 'last-event-id': last }),
      },
      signal: AbortSignal.any([signal, idle.signal]),
    });
    if (!response.ok || response.body === null) {
      throw problemOf(response, await response.json().catch(() => null));
    }
    yield { kind: 'open' };
    const arrived: EventSourceMessage[] = [];
    const parser = createParser({ onEvent: (message) => arrived.push(message) });
    for await (const text of textOf(response.body)) {
      idle.restart();
      parser.feed(text);
      yield* arrived.splice(0).map(messageOf);
    }
  } catch (error) {
    throw unreachableOr(error);
  } finally {
    idle.stop();
  }
}

/** By a reader: not every browser can iterate over a stream. */
async function* textOf(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield decoder.decode(value, { stream: true });
    }
  } finally {
    // Where it broke, or nobody reads on, the connection is not left open.
    await reader.cancel().catch(() => undefined);
  }
}

/** Rejects when it is aborted. */
function wait(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const onAbort = () => {
      clearTimeout(timer);
      reject(signal.reason as Error);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', onAbort);
      resolve();
    }, ms);
    signal.addEventListener('abort', onAbort, { once: true });
  });
}

function messageOf({ event, id, data }: EventSourceMessage): EventMessage {
  if (event === 'reset') return { kind: 'reset', id };
  const parsed: unknown = JSON.parse(data);
  // What is live is never stored, and has no number.
  return event === 'live' || id === undefined
    ? { kind: 'live', data: parsed }
    : { kind: 'event', id, data: parsed };
}

/** Aborts when nothing has happened for a while. */
class IdleTimer {
  private readonly controller = new AbortController();
  private timer: ReturnType<typeof setTimeout>;

  constructor(private readonly ms: number) {
    this.timer = this.start();
  }

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  restart(): void {
    clearTimeout(this.timer);
    this.timer = this.start();
  }

  stop(): void {
    clearTimeout(this.timer);
  }

  private start(): ReturnType<typeof setTimeout> {
    return setTimeout(() => {
      this.controller.abort(new TypeError(`nothing came for ${this.ms / 1000} s`));
    }, this.ms);
  }
}
