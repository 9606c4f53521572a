import { KernelRegistry, shippedSeries } from '@fenceline/vm';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { root, run, withFolder } from '../support/run-fenceline.js';

const name = 'debian:6.1+ccr';
const build = ['fenceline', 'kernels', 'build', '--base', 'debian:6.1', '--json'];

/** The first run compiles for half a minute; later ones find the kernel in the cache. */
describe('fenceline kernels build', () => {
  it('builds the series that ships, and finds out what the kernel can', async () => {
    const ended = await run([...build, '--series', 'kernel/ccr-6.1', '--name', name]);
    expect(ended.exitCode, ended.stderr).toBe(0);
    const kernel = JSON.parse(ended.stdout) as Record<string, unknown>;
    expect(kernel).toMatchObject({ name, capabilities: ['ccr', 'cqt'] });
    const base = (await new KernelRegistry().list()).find((one) => one.name === 'debian:6.1')!;
    expect(kernel).toMatchObject({ release: base.release, sha256: base.sha256, roles: base.roles });
    expect(kernel['contentId']).not.toBe(base.contentId);
    expect(base.capabilities).toEqual([]);

    const again = await run([...build, '--series', 'kernel/ccr-6.1']);
    expect(JSON.parse(again.stdout)).toEqual(kernel);
    const listed = await run(['fenceline', 'kernels']);
    expect(listed.stdout).toMatch(/^debian:6\.1\+ccr .* ccr,cqt /m);
  });

  it('takes no series from elsewhere: its build would run on this machine', () =>
    withFolder(async (folder) => {
      const ended = await run([...build, '--series', folder]);
      expect(ended.exitCode).toBe(64);
      expect(ended.stderr).toContain('is not a patch series that ships with Fenceline');
      expect(ended.stderr).toContain('kernels add NAME');
    }));

  it('names the patch and the hunk that do not apply, and leaves nothing behind', () =>
    withFolder(async (folder) => {
      const series = (await shippedSeries()).find(({ title }) => title === 'ccr-6.1')!;
      const second = series.patches[1]!;
      const broken = join(folder, '0002-broken.patch');
      const text = await readFile(second, 'utf8');
      await writeFile(broken, text.replace('id->aerl = NVMET_ASYNC', 'id->aerl = NVMET_SYNC'));
      const registry = new KernelRegistry();
      const before = await registry.names();
      const patches = [series.patches[0]!, broken];
      const building = registry.buildSeries('broken', { ...series, patches, sha256: 'broken' });
      await expect(building).rejects.toThrow(
        /0002-broken\.patch does not apply: hunk 1 at line 416 of drivers\/nvme\/target\/admin-cmd\.c\./,
      );
      expect(await registry.names()).toEqual(before);
      expect(await readdir(join(root, 'kernel/ccr-6.1/patches'))).toHaveLength(9);
    }));
});
