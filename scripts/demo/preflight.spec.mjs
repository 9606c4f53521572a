import { describe, expect, it } from 'vitest';
import { preflight, tableOf } from './preflight.mjs';

const ready = {
  ...{ node: 'v24.1.0', memoryMib: 8000, diskMib: 50_000, missing: [], npm: null },
  ...{ kernelIsCached: true, portIsFree: true },
};

describe('the pre-flight table', () => {
  it('is fit where all is there, with nothing to download', () => {
    const { rows, fit } = preflight(ready);
    expect(fit).toBe(true);
    expect(tableOf(rows)).toContain('✓ to expect        about 2 minutes, nothing to download');
  });

  it('says what will be installed, and what that takes', () => {
    const fresh = {
      ...ready,
      ...{ missing: ['qemu-system-x86', 'xz-utils'], npm: 'node_modules is missing' },
      kernelIsCached: false,
    };
    const { rows, fit } = preflight(fresh);
    expect(fit).toBe(true);
    const table = tableOf(rows);
    expect(table).toContain('to be installed: qemu-system-x86 xz-utils');
    expect(table).toContain('about 6 minutes, about 360 MiB to download');
  });

  it.each([
    [{ memoryMib: 900 }, '✗ memory           900 MiB free, 1500 are needed'],
    [{ diskMib: 10 }, '✗ disk             10 MiB free, 3000 are needed'],
    [{ portIsFree: false }, '✗ ports            none is free on 127.0.0.1'],
  ])('is not fit with %j', (lack, line) => {
    const { rows, fit } = preflight({ ...ready, ...lack });
    expect(fit).toBe(false);
    expect(tableOf(rows)).toContain(line);
  });
});
