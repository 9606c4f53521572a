import { appendFile, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { testFolder } from './folder.testing.js';
import { shippedSeries, shippedSeriesAt } from './kernel-series.js';

const record = (name: string): string =>
  JSON.stringify({ schema: 'fenceline.kernel-series/v1', name, base: 'debian:6.1' });

const shipped = {
  'kernel/one/series.json': record('debian:6.1+one'),
  'kernel/one/patches/0002-b.patch': 'b',
  'kernel/one/patches/0001-a.patch': 'a',
  'kernel/one/patches/notes.txt': 'no patch',
  'kernel/empty/README.md': 'no series',
  'kernel/COPYING': 'licence',
  'elsewhere/two/series.json': record('debian:6.1+two'),
  'elsewhere/two/patches/0001-a.patch': 'a',
};

describe('the patch series that ship', () => {
  it('are the folders with a series.json, their patches in the order of their names', async () => {
    const folder = await testFolder(shipped);
    const list = await shippedSeries(join(folder, 'kernel'));
    expect(list).toHaveLength(1);
    expect(list[0]).toMatchObject({ title: 'one', name: 'debian:6.1+one', base: 'debian:6.1' });
    expect(list[0]!.patches.map((path) => path.slice(folder.length + 1))).toEqual([
      'kernel/one/patches/0001-a.patch',
      'kernel/one/patches/0002-b.patch',
    ]);
    expect(await shippedSeries(join(folder, 'nothing'))).toEqual([]);
  });

  it('have a hash of their own that changes with a byte of a patch', async () => {
    const folder = await testFolder(shipped);
    const of = async () => (await shippedSeries(join(folder, 'kernel')))[0]!.sha256;
    const before = await of();
    expect(await of()).toBe(before);
    await appendFile(join(folder, 'kernel/one/patches/notes.txt'), '!');
    expect(await of()).toBe(before);
    await appendFile(join(folder, 'kernel/one/patches/0001-a.patch'), '\n');
    expect(await of()).not.toBe(before);
  });

  it('are the only ones that are taken, a link to another folder included', async () => {
    const folder = await testFolder(shipped);
    const root = join(folder, 'kernel');
    expect((await shippedSeriesAt(join(root, 'one'), root)).title).toBe('one');
    await symlink(join(folder, 'elsewhere/two'), join(root, 'two'));
    for (const path of ['elsewhere/two', 'kernel/two', 'kernel/empty', 'kernel', 'no/such']) {
      await expect(shippedSeriesAt(join(folder, path), root)).rejects.toThrow(
        /is not a patch series that ships with Fenceline \(kernel\/one\).*on this machine itself/,
      );
    }
  });

  it.each([
    ['no folder of patches', 'kernel/one/notes.txt'],
    ['no patch in it', 'kernel/one/patches/notes.txt'],
  ])('are refused with %s, for they would be the base under another name', async (_, file) => {
    const folder = await testFolder({ 'kernel/one/series.json': record('x'), [file]: '' });
    const root = join(folder, 'kernel');
    await expect(shippedSeriesAt(join(root, 'one'), root)).rejects.toThrow(
      /kernel\/one\/patches holds no patches: put the series there/,
    );
  });

  it("has the project's own for Linux 6.1", async () => {
    const series = (await shippedSeries()).find(({ title }) => title === 'ccr-6.1')!;
    expect(series).toMatchObject({ name: 'debian:6.1+ccr', base: 'debian:6.1' });
    expect(series.patches).toHaveLength(9);
  });
});
