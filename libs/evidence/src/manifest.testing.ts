import type { ManifestContent } from './evidence-writer.js';

/** A manifest's content as a lab would give it. */
export const manifestContent: ManifestContent = {
  scenario: 'stuck-write',
  seed: 7,
  startedAt: '2026-10-01T12:00:00.000Z',
  fencelineVersion: '0.1.0',
  machine: {
    cpu: 'Example CPU',
    cores: 2,
    memoryBytes: 8_000_000_000,
    os: 'Debian 12',
    accelerator: 'tcg',
    qemuVersion: '7.2.22',
    nodeVersion: '20.19.0',
  },
  kernels: {
    host1: {
      name: 'debian:6.1',
      version: '6.1.0-49-amd64',
      sha256: 'a'.repeat(64),
      capabilities: [],
      detectors: [],
    },
  },
  images: { host: 'b'.repeat(64) },
  guestPackages: { fio: '3.33-3' },
};
