import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  checkedKernelArgument,
  checkedKernelName,
  checkedMac,
  checkedName,
  checkedSocketPath,
} from './names.js';

describe('names that go into command lines', () => {
  it('are letters, digits, dots, underscores and hyphens', () => {
    for (const good of ['A', 'host1', 'node-1.a_b', 'x'.repeat(64)]) {
      expect(checkedName('VM name', good)).toBe(good);
    }
  });

  it('are refused when they could be more than a name', () => {
    for (const bad of ['', '-x', '.', 'a,b', 'a b', 'a=b', 'a/b', 'a\n', 'ä', 'x'.repeat(65)]) {
      expect(() => checkedName('VM name', bad), bad).toThrow(/VM name .* is not valid/);
    }
  });

  it('never hold a character with a meaning to QEMU', () => {
    fc.assert(
      fc.property(fc.string(), (name) => {
        try {
          expect(checkedName('Disk', name)).toMatch(/^[A-Za-z0-9][A-Za-z0-9._-]*$/);
        } catch (error) {
          expect(String(error)).toContain('is not valid');
        }
      }),
    );
  });

  it('of kernels may have a source and a version', () => {
    expect(checkedKernelName('debian:6.1')).toBe('debian:6.1');
    expect(() => checkedKernelName('../etc')).toThrow(/is not valid/);
    expect(() => checkedKernelName('a/b')).toThrow(/is not valid/);
  });

  it('are one word where they are arguments of the kernel', () => {
    expect(checkedKernelArgument('nvme_core.io_timeout=30')).toBe('nvme_core.io_timeout=30');
    for (const bad of ['', 'a b', 'a"b', 'a\nb', 'ü']) {
      expect(() => checkedKernelArgument(bad), bad).toThrow(/is not valid/);
    }
  });

  it('are unicast where they are MAC addresses', () => {
    expect(checkedMac('52:54:00:aB:01:02')).toBe('52:54:00:aB:01:02');
    for (const bad of ['53:54:00:00:01:02', '52:54:00:00:01', '52-54-00-00-01-02', '']) {
      expect(() => checkedMac(bad), bad).toThrow(/not a unicast MAC/);
    }
  });

  it('are short enough where they are paths of sockets', () => {
    expect(checkedSocketPath(`/${'x'.repeat(106)}`)).toHaveLength(107);
    expect(() => checkedSocketPath(`/${'x'.repeat(107)}`)).toThrow(/108 bytes; .* at most 107/);
    expect(() => checkedSocketPath('relative')).toThrow(/must be absolute/);
  });
});
