import { expect, it } from 'vitest';
import { workerEnvironment } from './worker-environment.js';

it('keeps from the worker how the control plane reaches its servers, and nothing else', () => {
  const kept = {
    PATH: '/usr/bin',
    FENCELINE_WORKER_SLOTS: '2',
    http_proxy: 'http://proxy.example',
  };
  const secret = {
    DATABASE_URL: 'postgres://user:word@db/fenceline',
    REDIS_URL: 'rediss://:word@redis',
    FENCELINE_S3_SECRET_ACCESS_KEY: 'word',
    FENCELINE_TLS_KEY: '/etc/key.pem',
  };
  expect(workerEnvironment({ ...kept, ...secret })).toEqual(kept);
});
