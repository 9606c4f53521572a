import { chmod, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MachineError } from '../machine-error.js';
import { loginFile, readLogins, writeLogins, type Logins } from './login-file.js';

let folder: string;
let file: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'fenceline-logins-'));
  file = loginFile({ XDG_CONFIG_HOME: path.join(folder, 'config') });
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

const logins: Logins = {
  schema: 'fenceline.logins/v1',
  service: 'http://127.0.0.1:1',
  tokens: { 'http://127.0.0.1:1': 'flt_secret' },
};

describe('the file of logins', () => {
  it('is empty where there is none', async () => {
    expect(await readLogins(file)).toEqual({ ...logins, service: null, tokens: {} });
  });

  it('can be read by nobody else, and is replaced in one step', async () => {
    await writeLogins({ ...logins, tokens: {} }, file);
    await writeLogins(logins, file);
    expect(await readLogins(file)).toEqual(logins);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect((await stat(path.dirname(file))).mode & 0o777).toBe(0o700);
    expect(await readdir(path.dirname(file))).toEqual(['logins.json']);
  });

  it('is refused when others may read it', async () => {
    await writeLogins(logins, file);
    await chmod(file, 0o644);
    await expect(readLogins(file)).rejects.toThrow(MachineError);
    await expect(readLogins(file)).rejects.toThrow(`chmod 600 ${file}`);
  });

  it('says what to do when it is damaged', async () => {
    await writeLogins(logins, file);
    await writeFile(file, '{"schema":');
    await expect(readLogins(file)).rejects.toThrow('log in again');
  });

  it('is below the home folder where the variable is none', () => {
    expect(loginFile({ XDG_CONFIG_HOME: 'relative' })).toMatch(
      /\/\.config\/fenceline\/logins\.json$/,
    );
  });
});
