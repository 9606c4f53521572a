import { describe, expect, it } from 'vitest';
import { administratorCommand, decide, mustAsk } from './decide.mjs';

const qemu = { package: 'qemu-system-x86', command: 'qemu-system-x86_64', why: 'runs the VMs' };
const zstd = { package: 'zstd', command: 'zstd', why: 'compresses' };
const fit = {
  missing: [],
  hasApt: true,
  listsAgeHours: 1,
  mayInstall: true,
  hasSudo: true,
  whyNpm: null,
};

describe('decide', () => {
  it('does nothing where everything is there, whoever asks', () => {
    const nothing = { stop: null, install: [], update: false, updateMayFail: true, npm: null };
    expect(decide(fit)).toEqual(nothing);
    expect(decide({ ...fit, mayInstall: false, listsAgeHours: null })).toEqual(nothing);
    expect(decide({ ...fit, hasApt: false, listsAgeHours: null })).toEqual(nothing);
  });

  it('installs what is missing, with fresh lists first when they are old or absent', () => {
    const found = { ...fit, missing: [qemu, zstd] };
    expect(decide(found)).toMatchObject({
      install: ['qemu-system-x86', 'zstd'],
      update: false,
      stop: null,
    });
    expect(decide({ ...found, listsAgeHours: null })).toMatchObject({ update: true });
    expect(decide({ ...found, listsAgeHours: 200 })).toMatchObject({ update: true });
  });

  it('fetches old lists for the guest images too, but can do without', () => {
    expect(decide({ ...fit, listsAgeHours: 200 })).toMatchObject({
      update: true,
      updateMayFail: true,
    });
    expect(decide({ ...fit, missing: [qemu], listsAgeHours: 200 })).toMatchObject({
      update: true,
      updateMayFail: false,
    });
  });

  it('stops without root and sudo, with the one command for an administrator', () => {
    const { stop } = decide({ ...fit, missing: [qemu, zstd], mayInstall: false });
    expect(stop).toContain(
      "sudo sh -c 'apt-get update && apt-get install --yes --no-install-recommends qemu-system-x86 zstd'",
    );
    expect(stop?.match(/apt-get install/g)).toHaveLength(1);
  });

  it('names the commands where there is no apt-get', () => {
    expect(decide({ ...fit, missing: [qemu], hasApt: false }).stop).toContain('qemu-system-x86_64');
  });

  it('hands on why npm packages are installed, which needs no root', () => {
    const found = decide({
      ...fit,
      mayInstall: false,
      whyNpm: 'node_modules is missing or incomplete',
    });
    expect(found).toMatchObject({ stop: null, npm: 'node_modules is missing or incomplete' });
  });
});

describe('administratorCommand', () => {
  it('is one line, for sudo where it is installed', () => {
    const install = "'apt-get update && apt-get install --yes --no-install-recommends a b'";
    expect(administratorCommand(['a', 'b'], true)).toBe(`sudo sh -c ${install}`);
    expect(administratorCommand(['a', 'b'], false)).toBe(`su - -c ${install}`);
  });
});

describe('mustAsk', () => {
  it('asks only somebody at a terminal who has not agreed yet', () => {
    expect(mustAsk({ yes: false, ci: false, terminal: true })).toBe(true);
    expect(mustAsk({ yes: true, ci: false, terminal: true })).toBe(false);
    expect(mustAsk({ yes: false, ci: true, terminal: true })).toBe(false);
    expect(mustAsk({ yes: false, ci: false, terminal: false })).toBe(false);
  });
});
