import { describe, expect, it } from 'vitest';
import { whyInstall } from './node-modules.mjs';

const wanted = {
  packages: {
    '': { version: '0.1.0' },
    'libs/one': { version: '0.1.0' },
    'node_modules/@scope/one': { resolved: 'libs/one', link: true },
    'node_modules/a': { version: '1.0.0' },
    'node_modules/a-darwin': { version: '1.0.0', optional: true },
  },
};

function installed(change) {
  const packages = { ...wanted.packages };
  delete packages[''];
  delete packages['node_modules/a-darwin'];
  return { packages: { ...packages, ...change } };
}

describe('whyInstall', () => {
  it('finds nothing to do when all that fits this machine is there', () => {
    expect(whyInstall(wanted, installed({}))).toBeNull();
    expect(
      whyInstall(
        wanted,
        installed({ 'node_modules/a-darwin': { version: '1.0.0', optional: true } }),
      ),
    ).toBeNull();
  });

  it('installs where nothing was, or an installation was cut short', () => {
    expect(whyInstall(wanted, null)).toContain('missing');
  });

  it('installs when a package is missing, has another version, or should not be there', () => {
    const without = installed({});
    delete without.packages['node_modules/a'];
    expect(whyInstall(wanted, without)).toBe('node_modules/a is missing');
    expect(whyInstall(wanted, installed({ 'node_modules/a': { version: '0.9.0' } }))).toBe(
      'node_modules/a is 0.9.0, the lockfile says 1.0.0',
    );
    expect(whyInstall(wanted, installed({ 'node_modules/b': { version: '1.0.0' } }))).toBe(
      'node_modules/b is not in the lockfile',
    );
  });
});
