import { spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

/** The built command line (`npm run build`), as people start it. */
const root = path.resolve(import.meta.dirname, '../../..');
const shipped = path.join(root, 'scenarios', 'no-fault.yaml');

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'fenceline-cli-'));
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

async function fenceline(...args: string[]): Promise<Ended> {
  const child = spawn(path.join(root, 'fenceline'), args, {
    cwd: folder,
    env: { ...process.env, FENCELINE_CACHE: path.join(folder, 'cache') },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended: Ended = { code: null, stdout: '', stderr: '' };
  child.stdout.on('data', (chunk: Buffer) => (ended.stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (ended.stderr += chunk.toString()));
  return await new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ ...ended, code }));
  });
}

/** A copy of a shipped scenario with a change. */
async function changed(from: string | RegExp, to: string): Promise<string> {
  const text = await readFile(shipped, 'utf8');
  expect(text).toMatch(from);
  const file = path.join(folder, 'changed.yaml');
  await writeFile(file, text.replace(from, to));
  return file;
}

describe('fenceline', () => {
  it('refuses an unknown command or option with 64 and points to the help', async () => {
    for (const args of [['judgement'], ['run', '--fast', shipped], ['run'], []]) {
      const { code, stdout, stderr } = await fenceline(...args);
      expect({ args, code, stdout }).toEqual({ args, code: 64, stdout: '' });
      expect(stderr).toMatch(/--help|Usage/);
    }
  });

  it('explains itself on stdout with 0', async () => {
    const help = await fenceline('--help');
    expect(help).toMatchObject({ code: 0, stderr: '' });
    for (const command of [
      '  run',
      '  judge',
      '  verify',
      '  report',
      '  pack',
      '  validate',
      '  doctor',
      '  kernels',
      '  schema',
      '  submit',
      '  admin',
      'Exit codes:',
    ]) {
      expect(help.stdout).toContain(`\n${command} `);
    }
    const { code, stdout } = await fenceline('--version');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});

describe('fenceline validate', () => {
  it('says that a scenario is valid', async () => {
    const { code, stdout } = await fenceline('validate', shipped);
    expect({ code, stdout }).toEqual({ code: 0, stdout: `${shipped}: no-fault is valid\n` });
  });

  it('tells every mistake with line and column, and exits 64', async () => {
    const file = await changed('fenceline: 1', 'fenceline: 1\ncolour: red\nhostz: {}');
    const { code, stdout, stderr } = await fenceline('validate', file, 'absent.yaml');
    expect({ code, stdout }).toEqual({ code: 64, stdout: '' });
    const places = [...stderr.matchAll(/^(.*?):(\d+):(\d+) {2}(\w*)/gm)].map(
      ([, at, , , what]) => `${path.basename(at!)} ${what!}`,
    );
    expect(places).toEqual(
      expect.arrayContaining(['changed.yaml colour', 'changed.yaml hostz', 'absent.yaml there']),
    );
  });

  it('tells an unknown kernel at its place, beside the other mistakes', async () => {
    const file = await changed('kernel: debian:6.1', 'kernel: debian:6.l, colour: red');
    const { code, stderr } = await fenceline('validate', file);
    expect(code).toBe(64);
    expect(stderr).toMatch(
      /array\.nodes\.A\.kernel: there is no kernel `debian:6\.l`\. Did you mean `debian:6\.1`\?/,
    );
    expect(stderr).toContain('colour');
  });
});

describe('fenceline schema', () => {
  it('prints one JSON Schema', async () => {
    const { code, stdout } = await fenceline('schema');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      type: 'object',
      required: expect.arrayContaining(['fenceline', 'name']) as string[],
    });
  });
});

describe('fenceline run', () => {
  it('starts nothing when one of several scenarios is wrong', async () => {
    const file = await changed(/keepAlive: .*/, 'keepAlive: soon');
    const { code, stdout, stderr } = await fenceline('run', shipped, file, '--json');
    expect({ code, stdout }).toEqual({ code: 64, stdout: '' });
    expect(stderr).toMatch(/changed\.yaml:\d+:\d+ .*keepAlive/);
    expect(await readdir(folder)).toEqual(['changed.yaml']);
  });

  it('refuses a seed that is none', async () => {
    for (const seed of ['-1', '1.5', 'four', '4294967296']) {
      const { code, stderr } = await fenceline('run', shipped, `--seed=${seed}`);
      expect(code).toBe(64);
      expect(stderr).toContain('0 to 4294967295');
    }
  });

  it('refuses an unknown kernel and names those that there are', async () => {
    const { code, stdout, stderr } = await fenceline('run', shipped, '--kernel', 'mine');
    expect({ code, stdout }).toEqual({ code: 64, stdout: '' });
    expect(stderr).toContain('mine');
    expect(stderr).toContain('debian:6.1');
    expect(stderr).toContain('fenceline kernels add mine');
  });

  it('refuses a folder that cannot be written', async () => {
    const { code, stderr } = await fenceline('run', shipped, '--out', path.join(shipped, 'below'));
    expect(code).toBe(64);
    expect(stderr).toContain('--out');
  });
});

describe('fenceline kernels', () => {
  it('lists none where none is', async () => {
    const plain = await fenceline('kernels');
    expect(plain.code).toBe(0);
    expect(plain.stdout).toContain('debian:6.1');
    expect(await fenceline('kernels', 'list', '--json')).toMatchObject({ code: 0, stdout: '[]\n' });
  });

  it('says what is wrong with what is added', async () => {
    const missing = await fenceline(
      'kernels',
      'add',
      'mine',
      '--image',
      'absent',
      '--modules',
      '.',
    );
    expect(missing.code).toBe(64);
    expect(missing.stderr).toContain('absent');
    expect((await fenceline('kernels', 'add', 'mine')).code).toBe(64);
    const both = await fenceline('kernels', 'add', 'mine', '--deb', 'a.deb', '--image', 'b');
    expect(both.code).toBe(64);
    expect(both.stderr).toContain('--image');
  });
});
