import { describe, expect, it } from 'vitest';
import { manifestSchema, partPathSchema, type Manifest } from './manifest.js';

const sha256 = 'ab'.repeat(32);
const manifest: Manifest = {
  schema: 'fenceline.evidence/v1',
  scenario: 'stuck-write',
  seed: 1,
  startedAt: '2026-11-22T19:00:00.123Z',
  fencelineVersion: '0.1.0',
  machine: {
    cpu: 'x',
    cores: 2,
    memoryBytes: 1,
    os: 'Debian 12',
    accelerator: 'tcg',
    qemuVersion: '7.2.0',
    nodeVersion: '20.20.2',
  },
  kernels: {
    host1: {
      name: 'debian:6.1',
      version: '6.1.0-44-amd64',
      sha256,
      capabilities: [],
      detectors: [],
    },
  },
  images: { host: sha256 },
  guestPackages: { fio: '3.33-3' },
  parts: [{ path: 'captures/A.host.pcapng', bytes: 1, sha256 }],
  complete: true,
};

describe('the manifest', () => {
  it('reads back what was written', () => {
    expect(manifestSchema.parse(JSON.parse(JSON.stringify(manifest)))).toEqual(manifest);
  });

  it('says why a recording is not complete', () => {
    expect(manifestSchema.safeParse({ ...manifest, complete: false }).success).toBe(false);
    const cut = { ...manifest, complete: false, incompleteBecause: 'the run was cancelled' };
    expect(manifestSchema.safeParse(cut).success).toBe(true);
    expect(manifestSchema.safeParse({ ...cut, complete: true }).success).toBe(false);
  });

  it.each(['scenario.yaml', 'captures/A.host.pcapng', 'workload/host1.w-1.json'])('%s', (path) => {
    expect(partPathSchema.safeParse(path).success).toBe(true);
  });

  it.each(['', '/etc/passwd', '../x', 'a/../b', 'a//b', 'a\\b', './a', 'a/', '.hidden', 'a\nb'])(
    'refuses the path %j',
    (path) => {
      expect(partPathSchema.safeParse(path).success).toBe(false);
    },
  );

  it('may name its own hash, where the recording is complete', () => {
    expect(manifestSchema.safeParse({ ...manifest, sealedSha256: sha256 }).success).toBe(true);
    const cut = { ...manifest, complete: false, incompleteBecause: 'x', sealedSha256: sha256 };
    expect(manifestSchema.safeParse(cut).success).toBe(false);
  });

  it('refuses a hash or a time that is none', () => {
    expect(manifestSchema.safeParse({ ...manifest, images: { host: 'x' } }).success).toBe(false);
    expect(manifestSchema.safeParse({ ...manifest, startedAt: 'today' }).success).toBe(false);
  });
});
