import { Inject, Injectable, Logger, type BeforeApplicationShutdown } from '@nestjs/common';
import type { Response } from 'express';
import { Authentication } from '../access/authentication.js';
import { Background } from '../background/background.js';
import { Listener } from '../background/listener.js';
import { Problem } from '../http/problem.js';
import type { ServiceRequest } from '../http/request.js';
import { LiveChannel } from '../live/live-channel.js';
import { EventReader, type EventFilter } from './event-reader.js';
import { EventSink } from './event-sink.js';
import { EventStream } from './event-stream.js';

/** What streams of events are held to. Tests take shorter times. */
export interface StreamLimits {
  /** Streams of one control plane. */
  streams: number;
  /** The longest silence, ms. */
  heartbeatMs: number;
  /** How long a reader may leave what was sent to it, ms. */
  patienceMs: number;
}

/** Injection token. */
export const STREAM_LIMITS = Symbol('stream limits');

export const streamLimits: StreamLimits = {
  streams: 1000,
  heartbeatMs: 15_000,
  patienceMs: 30_000,
};

/** How long a stream may outlive its token, ms. */
const accessCheckMs = 2000;

interface Open {
  request: ServiceRequest;
  stream: EventStream;
}

/** All streams of this control plane. */
@Injectable()
export class EventStreams implements BeforeApplicationShutdown {
  private readonly log = new Logger('events');
  private readonly open = new Set<Open>();
  private closing = false;

  constructor(
    private readonly reader: EventReader,
    private readonly authentication: Authentication,
    private readonly channel: LiveChannel,
    @Inject(STREAM_LIMITS) private readonly limits: StreamLimits,
    listener: Listener,
    background: Background,
  ) {
    listener.on('fenceline_numbered', () => {
      for (const { stream } of this.open) stream.wake();
    });
    background.add({
      name: 'access of event streams',
      everyMs: accessCheckMs,
      turn: () => this.checkAccess(),
    });
  }

  /**
   * Begins to stream events to who asked for them.
   *
   * @param after the last number that the reader has; null: events from now on
   * @param live jobs whose live parts it has too; those that the project does not have are left out
   * @throws Problem `unavailable` where there are too many streams, or the service stops
   */
  async start(
    request: ServiceRequest,
    response: Response,
    filter: EventFilter,
    { after, live }: { after: bigint | null; live: readonly string[] },
  ): Promise<void> {
    if (this.closing || this.open.size >= this.limits.streams) {
      throw new Problem('unavailable', 'There are too many streams of events.', {
        mend: 'Come back later, or ask another control plane.',
      });
    }
    const position = after ?? (await this.reader.head());
    const liveJobs = await this.reader.jobsOf(filter.projectId, live);
    if (response.destroyed) return;
    const { heartbeatMs, patienceMs } = this.limits;
    const stream = new EventStream({
      reader: this.reader,
      sink: new EventSink(response, patienceMs),
      filter,
      position,
      heartbeatMs,
      onError: (error) => this.log.warn(error),
    });
    const one = { request, stream };
    this.open.add(one);
    const stopLive = liveJobs.map((jobId) =>
      this.channel.watch(jobId, (parts) => stream.live({ jobId, ...parts })),
    );
    response.once('close', () => {
      this.open.delete(one);
      for (const stop of stopLive) stop();
      void stream.stop();
    });
    response.set({
      'content-type': 'text/event-stream',
      'cache-control': 'no-store',
      // Proxies that gather what they pass on would hold events back.
      'x-accel-buffering': 'no',
    });
    response.flushHeaders();
    stream.start();
  }

  /** Ends the streams of those whose token has ended meanwhile. */
  async checkAccess(): Promise<void> {
    for (const { request, stream } of this.open) {
      const principal = await this.authentication.of(request);
      const mayRead = principal?.kind === 'token' && principal.scopes.includes('read');
      if (!mayRead) await stream.stop();
    }
  }

  /** Streams would keep the server from closing. */
  async beforeApplicationShutdown(): Promise<void> {
    this.closing = true;
    await Promise.all([...this.open].map(({ stream }) => stream.stop()));
  }
}
