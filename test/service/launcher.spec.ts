import { chmod, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { launch, type Launched } from '../support/service/launch.js';

describe('the launcher with the real parts', () => {
  let data: string;
  let environment: NodeJS.ProcessEnv;
  const launched: Launched[] = [];

  beforeEach(async () => {
    data = await mkdtemp(path.join(tmpdir(), 'fenceline-launcher-'));
    // Postgres's account must get through.
    await chmod(data, 0o711);
    environment = {
      ...process.env,
      FENCELINE_DATA: data,
      // No guest is booted to find out what there is: simulated labs alone.
      FENCELINE_ACCELERATOR: 'none',
      DATABASE_URL: undefined,
      REDIS_URL: undefined,
    };
  });

  afterEach(async () => {
    await run('stop', '--now').ended;
    for (const { child } of launched) child.kill('SIGKILL');
    await rm(data, { recursive: true, force: true });
  });

  function run(...argv: string[]): Launched {
    const one = launch(argv, environment);
    if (argv[0] === 'start') launched.push(one);
    return one;
  }

  async function status(): Promise<{
    running: boolean;
    address: string | null;
    health: unknown;
    parts: { name: string; pid: number; alive: boolean; restarts: number }[];
  }> {
    const asked = run('status', '--json');
    await asked.ended;
    return JSON.parse(asked.lines.join('\n')) as Awaited<ReturnType<typeof status>>;
  }

  it('starts all, keeps it up, is alone with its folder, and leaves nothing', async () => {
    const first = run('start');
    const up = await first.line(/^Fenceline is up: /);
    const address = up.replace('Fenceline is up: ', '');
    expect(await first.line(/sign in:/)).toContain(`${address}/#code=`);

    const before = await status();
    expect(before).toMatchObject({ running: true, address, health: { status: 'ok' } });
    const names = ['postgres', 'redis', 'control-plane', 'worker'];
    expect(before.parts.map(({ name }) => name)).toEqual(names);

    const token = (await readFile(path.join(data, 'admin-token'), 'utf8')).trim();
    const workers = await fetch(`${address}/api/v1/workers`, {
      headers: { authorization: `Bearer ${token}` },
    });
    expect(await workers.json()).toMatchObject({ items: [{ state: 'enabled' }] });

    const second = run('start');
    expect(await second.ended).toBe(0);
    expect(second.lines.join('\n')).toContain(`runs already: ${address} `);

    const controlPlane = before.parts.find(({ name }) => name === 'control-plane')!;
    process.kill(controlPlane.pid, 'SIGKILL');
    await first.line(/^control-plane is up again/);
    const after = await status();
    expect(after).toMatchObject({ running: true, address, health: { status: 'ok' } });
    expect(after.parts.find(({ name }) => name === 'control-plane')).toMatchObject({ restarts: 1 });

    const stop = run('stop');
    expect(await stop.ended).toBe(0);
    expect(await first.ended).toBe(0);
    expect(await status()).toMatchObject({ running: false, parts: [] });
    expect([...before.parts, ...after.parts].filter(({ pid }) => isThere(pid))).toEqual([]);

    // No secret is in a log.
    for (const log of await readdir(path.join(data, 'logs'))) {
      const text = await readFile(path.join(data, 'logs', log), 'utf8');
      expect(text, log).not.toContain(token);
    }
  }, 240_000);

  it('stops what a killed launcher left, and starts with the same rows', async () => {
    const first = run('start');
    await first.line(/^Fenceline is up: /);
    const left = (await status()).parts;
    const token = await readFile(path.join(data, 'admin-token'), 'utf8');
    first.child.kill('SIGKILL');
    await first.ended;
    expect(await status()).toMatchObject({ running: false });

    const second = run('start');
    await second.line(/^Fenceline is up: /);
    expect(second.lines.filter((line) => line.includes('was left by a launcher'))).toHaveLength(4);
    expect(left.filter(({ pid }) => isThere(pid))).toEqual([]);
    expect(await readFile(path.join(data, 'admin-token'), 'utf8')).toBe(token);
    expect((await status()).health).toMatchObject({ status: 'ok' });

    second.child.kill('SIGTERM');
    expect(await second.ended).toBe(0);
    expect(await status()).toMatchObject({ running: false, parts: [] });
  }, 240_000);
});

function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
