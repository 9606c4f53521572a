import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openService } from '../../scripts/demo/service.mjs';
import { launch } from '../support/service/launch.js';

const root = path.resolve(import.meta.dirname, '../..');

describe('the service of the demonstration', () => {
  let data: string;

  beforeEach(async () => {
    data = await mkdtemp(path.join(tmpdir(), 'fenceline-demo-spec-'));
    // Postgres's account must get through.
    await chmod(data, 0o711);
    vi.stubEnv('FENCELINE_DATA', data);
    vi.stubEnv('FENCELINE_ACCELERATOR', 'none');
    vi.stubEnv('DATABASE_URL', undefined);
    vi.stubEnv('REDIS_URL', undefined);
  });

  afterEach(async () => {
    await launch(['stop', '--now'], process.env).ended;
    vi.unstubAllEnvs();
    await rm(data, { recursive: true, force: true });
  });

  async function status(): Promise<unknown> {
    const asked = launch(['status', '--json'], process.env);
    await asked.ended;
    return JSON.parse(asked.lines.join('\n'));
  }

  it('is gone after Ctrl-C while it starts', async () => {
    const said: string[] = [];
    let ask: () => void = () => undefined;
    const asked = new Promise<void>((resolve) => (ask = resolve));
    const say = (line: string) => {
      said.push(line);
      if (line === 'Postgres is up.') ask();
    };
    await expect(openService(root, say, asked)).rejects.toThrow('stopped before it was up');
    expect(said).toContain('Postgres is up.');
    expect(await status()).toMatchObject({ running: false, parts: [] });
  }, 240_000);

  it('is the one that runs already, which is left running', async () => {
    const never = new Promise<void>(() => undefined);
    const quiet = () => undefined;
    const first = await openService(root, quiet, never);
    const second = await openService(root, quiet, never);
    const { address, token } = first;
    expect([first.ours, second]).toMatchObject([true, { address, token, ours: false }]);
    await second.stop();
    expect(await status()).toMatchObject({ running: true, address });
    await first.stop();
    expect(await status()).toMatchObject({ running: false, parts: [] });
  }, 240_000);
});
