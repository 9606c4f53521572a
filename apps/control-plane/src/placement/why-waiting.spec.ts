import { describe, expect, it } from 'vitest';
import type { LabNeeds } from '../runs/lab-needs.js';
import type { Candidate } from './model.js';
import { whyWaiting } from './why-waiting.js';

const room = { slots: 2, memoryMib: 4096, cores: 4 };
const worker = (fields: Partial<Candidate> = {}): Candidate => ({
  id: 'w',
  projectId: 'p',
  state: 'enabled',
  present: true,
  accelerator: 'tcg',
  labels: ['rack-1'],
  ...room,
  free: room,
  ...fields,
});
const needs = (fields: Partial<LabNeeds> = {}): LabNeeds => ({
  memoryMib: 1024,
  cores: 1,
  accelerator: 'any',
  labels: [],
  ...fields,
});
const full = { ...room, slots: 0 };

describe('whyWaiting', () => {
  it.each<[string, LabNeeds, Candidate[]]>([
    ['No worker is enrolled.', needs(), []],
    ['No worker has the label fast.', needs({ labels: ['fast'] }), [worker()]],
    ['No worker can boot VMs.', needs(), [worker({ accelerator: null })]],
    [
      'No worker with its labels has the accelerator kvm.',
      needs({ accelerator: 'kvm', labels: ['rack-1'] }),
      [worker(), worker({ accelerator: 'kvm', labels: [] })],
    ],
    [
      'It needs 9000 MiB of memory, and the largest worker that could run it has 4096.',
      needs({ memoryMib: 9000 }),
      [worker(), worker({ accelerator: null, memoryMib: 16_384 })],
    ],
    [
      'It needs 9 cores, and the largest worker that could run it has 4.',
      needs({ cores: 9 }),
      [worker()],
    ],
    [
      'No single worker has both 4000 MiB of memory and 8 cores.',
      needs({ memoryMib: 4000, cores: 8 }),
      [worker(), worker({ memoryMib: 2048, cores: 16 })],
    ],
    [
      'The one worker that could run it takes no new jobs: drained or disabled.',
      needs(),
      [worker({ state: 'draining' }), worker({ accelerator: null })],
    ],
    [
      'Each of 2 workers that could run it was not heard of lately.',
      needs(),
      [worker({ present: false }), worker({ present: false }), worker({ state: 'disabled' })],
    ],
    [
      'The one worker that could run it is busy with other jobs.',
      needs(),
      [worker({ free: full })],
    ],
    [
      'A worker has room for it: it is about to be given to one, unless others go first.',
      needs(),
      [worker({ free: full }), worker()],
    ],
  ])('says: %s', (sentence, wanted, workers) => {
    expect(whyWaiting(wanted, workers)).toBe(sentence);
  });
});
