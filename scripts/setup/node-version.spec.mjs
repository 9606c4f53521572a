import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Linter } from 'eslint';
import { describe, expect, it } from 'vitest';
import nodeVersion from '../../apps/cli/bin/node-version.cjs';

const root = path.resolve(import.meta.dirname, '../..');

describe('the check of the Node version', () => {
  it.each(['v20.19.0', 'v20.20.2', 'v22.12.0', 'v22.21.1', 'v23.0.0', 'v24.1.0', 'v26.0.0'])(
    'lets %s pass',
    (version) => {
      expect(nodeVersion.problemWith(version)).toBeNull();
    },
  );

  it.each(['v0.10.48', 'v12.22.12', 'v18.20.4', 'v20.18.3', 'v21.7.3', 'v22.11.0', 'nonsense'])(
    'refuses %s, saying what is needed',
    (version) => {
      const problem = nodeVersion.problemWith(version);
      expect(problem).toContain(version);
      expect(problem).toContain('Node.js 24');
      expect(problem).toContain('https://nodejs.org');
    },
  );

  it('says the same as package.json', () => {
    const { engines } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
    expect(engines.node).toBe(nodeVersion.NEEDED);
  });

  it.each([
    'fenceline',
    'apps/cli/bin/fenceline.cjs',
    'apps/cli/bin/node-version.cjs',
    'apps/launcher/bin/launcher.cjs',
    'scripts/demo.cjs',
    'scripts/start.cjs',
    'scripts/test.cjs',
    'scripts/setup/enter.cjs',
  ])('is reached in syntax of 2009 by %s', (file) => {
    const text = readFileSync(path.join(root, file), 'utf8');
    const languageOptions = { ecmaVersion: 5, sourceType: 'script' };
    expect(new Linter().verify(text, [{ languageOptions }])).toEqual([]);
  });

  it.each([
    'fenceline',
    'apps/launcher/bin/launcher.cjs',
    'scripts/demo.cjs',
    'scripts/start.cjs',
    'scripts/test.cjs',
  ])('stops %s on an old Node with exit code 3', (file) => {
    const asOld = `Object.defineProperty(process, 'version', { value: 'v18.20.4' }); require(${JSON.stringify(path.join(root, file))});`;
    const run = () =>
      execFileSync(process.execPath, ['-e', asOld], { encoding: 'utf8', stdio: 'pipe' });
    expect(run).toThrow(
      expect.objectContaining({ status: 3, stderr: expect.stringContaining('v18.20.4') }),
    );
  });
});
