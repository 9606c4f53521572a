import {
  Injectable,
  Logger,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { messageOf } from '../message-of.js';
import { Listener } from './listener.js';
import { Loop } from './loop.js';

export interface BackgroundWork {
  name: string;
  /** The longest rest between two turns, ms. */
  everyMs: number;
  /** The shortest rest between two turns, ms; see `Loop`. */
  gatherMs?: number;
  /** A channel of Postgres's whose notifications wake it. */
  channel?: string;
  turn: () => Promise<void>;
}

/** All that a control plane does without being asked: one loop each, from the start to the shutdown. */
@Injectable()
export class Background implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly log = new Logger('background');
  private readonly loops: Loop[] = [];

  constructor(private readonly listener: Listener) {}

  /** To be called in a constructor: loops start when all of the application is there. */
  add({ channel, ...work }: BackgroundWork): Loop {
    const loop = new Loop({
      ...work,
      onError: (error) => this.log.warn(`${work.name}: ${messageOf(error)}`),
    });
    this.loops.push(loop);
    if (channel !== undefined) this.listener.on(channel, () => loop.wake());
    return loop;
  }

  onApplicationBootstrap(): void {
    for (const loop of this.loops) loop.start();
  }

  /** Every loop is at rest when it resolves; the database is closed after that. */
  async stop(): Promise<void> {
    await Promise.all(this.loops.map((loop) => loop.stop()));
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.stop();
  }
}
