import { mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { elfClosure } from './elf-closure.js';
import { makeElf } from './elf.testing.js';
import { testFolder } from './folder.testing.js';

const LINKER = '/lib64/ld-linux-x86-64.so.2';
const LIB = 'usr/lib/x86_64-linux-gnu';

describe('what a program needs at run time', () => {
  it('is found through links, run paths and folders with or without /usr', async () => {
    const root = await testFolder({
      'usr/bin/tool': makeElf({ interpreter: LINKER, needed: ['libdeep.so.1', 'libc.so.6'] }),
      [`${LIB}/libdeep.so.1.2.3`]: makeElf({ needed: ['libhidden.so.2'], runPath: `/${LIB}/own` }),
      [`${LIB}/own/libhidden.so.2`]: makeElf({ needed: ['libc.so.6', 'libdeep.so.1'] }),
      'lib/x86_64-linux-gnu/libc.so.6': makeElf({ needed: ['ld-linux-x86-64.so.2'] }),
      'lib/x86_64-linux-gnu/ld-linux-x86-64.so.2': makeElf({}),
    });
    await symlink('libdeep.so.1.2.3', join(root, LIB, 'libdeep.so.1'));
    // As in Debian's libc6: an absolute link, which must not be followed on this machine.
    await mkdir(join(root, 'lib64'));
    await symlink(
      '/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2',
      join(root, 'lib64/ld-linux-x86-64.so.2'),
    );

    const files = await elfClosure(root, ['/usr/bin/tool']);
    expect(files.map(({ path }) => path)).toEqual([
      '/usr/bin/tool',
      `/${LIB}/libc.so.6`,
      `/${LIB}/libdeep.so.1`,
      `/${LIB}/own/libhidden.so.2`,
      `/usr${LINKER}`,
    ]);
    expect(files.every(({ source }) => source.startsWith(root))).toBe(true);
  });

  it('names a library that is missing and who links it', async () => {
    const root = await testFolder({ 'usr/bin/tool': makeElf({ needed: ['libgone.so.1'] }) });
    await expect(elfClosure(root, ['/usr/bin/tool'])).rejects.toThrow(
      'The packages do not hold libgone.so.1, which /usr/bin/tool links.',
    );
    await expect(elfClosure(root, ['/usr/bin/other'])).rejects.toThrow(
      /do not hold \/usr\/bin\/other/,
    );
  });

  it('refuses a script', async () => {
    const root = await testFolder({ 'usr/bin/tool': '#!/bin/sh\n' });
    await expect(elfClosure(root, ['/usr/bin/tool'])).rejects.toThrow(/not a program for x86-64/);
  });
});
