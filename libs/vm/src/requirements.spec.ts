import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { testFolder } from './folder.testing.js';
import { checkRequirements } from './requirements.js';

describe('what labs need of a machine', () => {
  it('is each found or comes with what mends it', async () => {
    const found = await checkRequirements({ cacheDir: await testFolder() });
    expect(found.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['machine', 'qemu-system-x86_64', 'setpriv', 'memory', 'disk']),
    );
    for (const { ok, mend } of found) expect(mend === undefined).toBe(ok);
  });

  it('is more memory for more VMs', async () => {
    const found = await checkRequirements({ cacheDir: await testFolder(), guests: 100_000 });
    expect(found.find(({ name }) => name === 'memory')).toMatchObject({
      ok: false,
      mend: expect.stringContaining('memory') as string,
    });
  });

  it('is a cache folder that can be written', async () => {
    const file = join(await testFolder({ file: '' }), 'file');
    const found = await checkRequirements({ cacheDir: join(file, 'cache') });
    expect(found.find(({ name }) => name === 'cache folder')).toMatchObject({
      ok: false,
      mend: expect.stringContaining('FENCELINE_CACHE') as string,
    });
  });
});
