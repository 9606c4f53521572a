import { describe, expect, it } from 'vitest';
import { dynamicNeeds, hasPvhEntry, isElf64, section } from './elf.js';
import { makeElf } from './elf.testing.js';

describe('an ELF file', () => {
  const program = makeElf({
    interpreter: '/lib64/ld-linux-x86-64.so.2',
    needed: ['libc.so.6', 'libm.so.6'],
    runPath: '$ORIGIN/../lib:/opt/lib',
    sections: { '.comment': 'made by hand', '.modinfo': 'license=GPL\0' },
  });

  it('says what it links, where to look and who links it', () => {
    expect(dynamicNeeds(program)).toEqual({
      interpreter: '/lib64/ld-linux-x86-64.so.2',
      needed: ['libc.so.6', 'libm.so.6'],
      runPath: ['$ORIGIN/../lib', '/opt/lib'],
    });
  });

  it('that is static needs nothing', () => {
    expect(dynamicNeeds(makeElf({}))).toEqual({ interpreter: undefined, needed: [], runPath: [] });
  });

  it('has sections by name', () => {
    expect(Buffer.from(section(program, '.comment')!).toString()).toBe('made by hand');
    expect(section(program, '.absent')).toBeUndefined();
  });

  it('tells whether it is a kernel with a PVH entry', () => {
    expect(hasPvhEntry(makeElf({ pvh: true }))).toBe(true);
    expect(hasPvhEntry(program)).toBe(false);
  });

  it('is told from other files', () => {
    expect(isElf64(program)).toBe(true);
    expect(isElf64(Buffer.from('#!/bin/sh\n'.repeat(10)))).toBe(false);
    expect(isElf64(program.subarray(0, 20))).toBe(false);
  });

  it('that is cut is an error, not nonsense', () => {
    expect(() => dynamicNeeds(program.subarray(0, 100))).toThrow(RangeError);
  });
});
