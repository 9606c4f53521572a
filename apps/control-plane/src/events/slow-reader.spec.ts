import { once } from 'node:events';
import { get, type IncomingMessage, type ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LiveChannel } from '../live/live-channel.js';
import { createAttempt, type TestAttempt } from '../testing/attempt.testing.js';
import { openTestService, type TestService } from '../testing/test-service.testing.js';
import { appendEvents } from './append-event.js';
import { EventReader } from './event-reader.js';
import { EventStreams, streamLimits } from './event-streams.js';
import { readStream, take, type ReadEvent } from './read-stream.testing.js';

/** More than what the sockets of both sides take, together; a page of it is what may wait. */
const [events, lineLength, pageOfEvents] = [1500, 20_000, 200];
const pageBytes = pageOfEvents * (lineLength + 1000);

/** One that has asked for a stream, has its headers and reads no more. */
interface SlowReader {
  /** What the control plane holds for it now, and the most that it ever held, bytes. */
  held(): number;
  mostHeld(): number;
  /** Resolves when the control plane has ended its stream. */
  ended: Promise<unknown>;
  /** From now on it reads. */
  read(): AsyncGenerator<ReadEvent, undefined>;
  close(): void;
}

describe('a slow reader of events', () => {
  let service: TestService;
  let attempt: TestAttempt;
  let address: string;
  let headers: { authorization: string };

  beforeAll(async () => {
    service = await openTestService();
    attempt = await createAttempt(service);
    address = `${service.url}/api/v1/events?after=0&liveJobs=${attempt.jobId}`;
    headers = { authorization: `Bearer ${await service.token(['read'])}` };
    await write(events, lineLength);
  });
  afterAll(() => service.close());

  const write = async (count: number, length: number) => {
    const data = { line: 'x'.repeat(length) };
    const event = { projectId: service.projectId, owner: 'alice', type: 'spec.written', data };
    await service.database.transaction((sql) => appendEvents(sql, Array(count).fill(event)));
  };
  const openFast = async (more: Record<string, string> = {}) => {
    const end = new AbortController();
    const answer = await fetch(address, { headers: { ...headers, ...more }, signal: end.signal });
    return { stream: readStream(answer), close: () => end.abort() };
  };
  const openSlow = async (): Promise<SlowReader> => {
    const server = service.application.getHttpServer();
    const asked = once(server, 'request') as Promise<[IncomingMessage, ServerResponse]>;
    const request = get(address, { headers, agent: false });
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    response.socket.pause();
    const [, answer] = await asked;
    let most = 0;
    const look = setInterval(() => (most = Math.max(most, answer.writableLength)), 5);
    answer.once('close', () => clearInterval(look));
    return {
      held: () => answer.writableLength,
      mostHeld: () => most,
      ended: once(answer, 'close'),
      read: () => {
        response.socket.resume();
        return readStream(new Response(Readable.toWeb(response) as ReadableStream<Uint8Array>));
      },
      close: () => response.destroy(),
    };
  };
  const setPatience = (patienceMs: number) =>
    Object.assign(service.application.get(EventStreams), {
      limits: { ...streamLimits, patienceMs },
    });
  const numbers = (from: number, to: number) =>
    Array.from({ length: to - from + 1 }, (_, index) => String(from + index));

  it('holds up nobody, waits in a bounded room, and misses nothing but live parts, which it is told', async () => {
    const channel = service.application.get(LiveChannel);
    const publish = (n: number) =>
      channel.publish(attempt.jobId, {
        attemptId: attempt.attemptId,
        parts: [
          { kind: 'console', vm: 'host1', line: 'y'.repeat(1000), ms: n },
          { kind: 'fault', what: `${n}`, ms: n },
        ],
      });
    const slow = await openSlow();
    const fast = await openFast();
    await take(fast.stream, events);
    expect(slow.held()).toBeGreaterThan(0);
    // Another one has each live part and each event before the next one is made, with nothing left out.
    const rounds = 200;
    for (let n = 0; n < rounds; n++) {
      await publish(n);
      const [live] = await take(fast.stream, 1);
      expect(live).toMatchObject({ event: 'live', data: { dropped: 0, parts: [{ ms: n }, {}] } });
      if (n % 20 > 0) continue;
      await write(1, 10);
      expect((await take(fast.stream, 1))[0]!.id).toBe(String(events + 1 + n / 20));
    }
    expect(slow.held()).toBeGreaterThan(0);
    expect(slow.mostHeld()).toBeLessThan(pageBytes);

    const all = Number(await service.application.get(EventReader).head());
    expect(all).toBe(events + rounds / 20);
    const stream = slow.read();
    const seen: string[] = [];
    let parts = 0;
    const note = ({ id, data }: ReadEvent) => {
      if (id !== null) seen.push(id);
      else parts += (data.parts as unknown[]).length + (data.dropped as number);
    };
    while (seen.at(-1) !== String(all)) note((await take(stream, 1))[0]!);
    expect(seen).toEqual(numbers(1, all));
    await publish(rounds);
    while (parts < 2 * (rounds + 1)) note((await take(stream, 1))[0]!);
    expect(parts).toBe(2 * (rounds + 1));
    expect(slow.mostHeld()).toBeLessThan(pageBytes);
    fast.close();
    slow.close();
    await slow.ended;
  });

  it('is cut, and has every event when it comes back with the last number it saw', async () => {
    const all = Number(await service.application.get(EventReader).head());
    setPatience(200);
    const slow = await openSlow();
    await slow.ended;
    expect(slow.mostHeld()).toBeLessThan(pageBytes);
    setPatience(streamLimits.patienceMs);

    const seen: string[] = [];
    const cut = async () => {
      for await (const { id } of slow.read()) seen.push(id!);
    };
    await expect(cut()).rejects.toThrow();
    expect(seen.length).toBeGreaterThan(0);
    expect(seen.length).toBeLessThan(all);
    const again = await openFast({ 'last-event-id': seen.at(-1)! });
    for (const { id } of await take(again.stream, all - seen.length)) seen.push(id!);
    expect(seen).toEqual(numbers(1, all));
    again.close();
  });
});
