import type { LocalClient } from '@fenceline/backend';
import type { Scheduler } from '@fenceline/contracts';
import type { Medium, MediumRequest, MediumResult } from '@fenceline/reference';

/** How long a request is on its way from the node to the backend, and its answer back. */
const latencyNs = 30_000;

const errorNames: Partial<Record<number, string>> = {
  1: 'EPERM',
  5: 'EIO',
  12: 'ENOMEM',
  28: 'ENOSPC',
};

/** The disk of an array node: its way to the backend. */
export class SimulatedDisk implements Medium {
  constructor(
    private readonly client: LocalClient,
    private readonly scheduler: Scheduler,
    readonly blockSize: number,
    readonly size: number,
  ) {}

  submit(request: MediumRequest, done: (result: MediumResult) => void): void {
    const { client, scheduler } = this;
    const later = (callback: () => void): void => {
      scheduler.at(scheduler.now() + latencyNs, callback);
    };
    const answered = (errno: number, data: Uint8Array | null): void =>
      later(() => done(resultOf(errno, data)));
    later(() => client.submit(asLocal(request), answered));
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
