import type { LocalClient } from '@fenceline/backend';
import type { Scheduler } from '@fenceline/contracts';
import type { Medium, MediumRequest, MediumResult } from '@fenceline/reference';
import { DelayLine } from './delay-line.js';

/** How long a request is on its way from the node to the backend, and its answer back. */
const latencyNs = 30_000;

const errorNames: Partial<Record<number, string>> = {
  1: 'EPERM',
  5: 'EIO',
  12: 'ENOMEM',
  28: 'ENOSPC',
};

interface Asked {
  request: MediumRequest;
  done: (result: MediumResult) => void;
}

interface Answered {
  done: (result: MediumResult) => void;
  errno: number;
  data: Uint8Array | null;
}

/** The disk of an array node: its way to the backend. */
export class SimulatedDisk implements Medium {
  readonly #there: DelayLine<Asked>;
  readonly #back: DelayLine<Answered>;

  constructor(
    private readonly client: LocalClient,
    private readonly scheduler: Scheduler,
    readonly blockSize: number,
    readonly size: number,
  ) {
    this.#there = new DelayLine(scheduler, (asked) => this.#arrived(asked));
    this.#back = new DelayLine(scheduler, ({ done, errno, data }) => done(resultOf(errno, data)));
  }

  submit(request: MediumRequest, done: (result: MediumResult) => void): void {
    this.#there.put({ request, done }, this.scheduler.now() + latencyNs);
  }

  #arrived({ request, done }: Asked): void {
    this.client.submit(asLocal(request), (errno, data) =>
      this.#back.put({ done, errno, data }, this.scheduler.now() + latencyNs),
    );
  }
}

function asLocal(request: MediumRequest): Parameters<LocalClient['submit']>[0] {
  switch (request.op) {
    case 'write': {
      const { offset, data, fua } = request;
      return { op: 'write', offset, length: data.length, data, fua };
    }
    case 'flush':
      return { op: 'flush', offset: 0, length: 0, fua: false };
    case 'read':
    case 'write-zeroes':
    case 'trim':
      return { op: request.op, offset: request.offset, length: request.length, fua: false };
  }
}

function resultOf(errno: number, data: Uint8Array | null): MediumResult {
  if (errno !== 0) return { ok: false, error: errorNames[errno] ?? 'EIO' };
  return data === null ? { ok: true } : { ok: true, data };
}
