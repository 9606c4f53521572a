import { describe, expect, it } from 'vitest';
import type { Kernel } from './documents.js';
import { formatKernel, imageFailures, imageSteps, readiness } from './kernel-words.js';

type Image = Kernel['images'][number];

const image = (role: Image['role'], state: Image['state'], message = ''): Image => ({
  ...{ role, state, message },
  sha256: state === 'ready' ? 'a'.repeat(64) : null,
  imageSha256: state === 'ready' ? 'b'.repeat(64) : null,
});

const kernelWith = (...images: Image[]): Kernel => ({
  ...{ id: 'k', projectId: 'p', owner: 'alice', name: 'debian:6.1', sha256: 'c'.repeat(64) },
  ...{ createdAt: '2026-11-26T08:00:00.000Z', retiredAt: null, version: '6.1.0-56-amd64' },
  ...{ capabilities: [], source: 'upload', images },
});

describe('a kernel in words', () => {
  it('is ready, or says how far its images are', () => {
    const ready = kernelWith(image('host', 'ready'), image('array-node', 'ready'));
    expect(readiness(ready)).toBe('ready');
    expect([imageSteps(ready), imageFailures(ready)]).toEqual([[], []]);
    expect(formatKernel(ready)).toContain(`host        ready  ${'b'.repeat(64)}`);

    const built = 'unpacking fio (3 of 98)';
    const going = kernelWith(
      ...[image('host', 'building', built), image('array-node', 'building', built)],
      ...[image('reference', 'waiting')],
    );
    expect(readiness(going)).toBe('host building, array-node building, reference waiting');
    expect(imageSteps(going)).toEqual([built, 'the guest image of the reference is waiting']);

    const failed = kernelWith(image('host', 'ready'), image('array-node', 'failed', 'no nvmet'));
    expect(readiness(failed)).toBe('array-node failed');
    expect(imageSteps(failed)).toEqual([]);
    expect(imageFailures(failed)).toEqual([
      'There is no guest image of the array-node for debian:6.1: no nvmet',
    ]);
    expect(formatKernel(failed)).toContain('no nvmet');
    expect(readiness({ ...ready, retiredAt: '2026-11-26T08:00:00.000Z' })).toBe('retired');
  });
});
