import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { verdictSchema } from '@fenceline/contracts';
import { openEvidence } from '@fenceline/evidence';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

/** The built command line, over the golden recordings. */
const root = path.resolve(import.meta.dirname, '../../../..');
const golden = path.join(root, 'test/golden');
const passed = path.join(golden, 'no-fault.tar.zst');

let folder: string;
let stuck: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'fenceline-stored-'));
  stuck = path.join(folder, 'stuck-write');
  const packed = await openEvidence(path.join(golden, 'stuck-write.tar.zst'));
  await cp(packed.dir, stuck, { recursive: true });
  await packed.close();
  await mkdir(path.join(folder, 'tmp'));
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

function start(args: readonly string[], env: NodeJS.ProcessEnv = {}): ChildProcess {
  return spawn(process.execPath, [path.join(root, 'fenceline'), ...args], {
    cwd: folder,
    // A path without QEMU: stored evidence needs none.
    env: { ...process.env, TMPDIR: path.join(folder, 'tmp'), NO_COLOR: '1', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

async function fenceline(args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const child = start(args, env);
  const ended = { code: null as number | null, stdout: '', stderr: '' };
  child.stdout?.on('data', (chunk: Buffer) => (ended.stdout += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => (ended.stderr += chunk.toString()));
  [ended.code] = (await once(child, 'close')) as [number | null];
  return ended;
}

const temporaries = () => readdir(path.join(folder, 'tmp'));

describe('fenceline judge', () => {
  it('exits by verdict, and writes nothing', async () => {
    const before = await readdir(stuck);
    const { code, stdout } = await fenceline(['judge', stuck]);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^VIOLATION {2}stuck-write, seed 3 {2}as expected {2}profile cqt-zero/);
    expect(await readdir(stuck)).toEqual(before);
    expect(await fenceline(['judge', passed])).toMatchObject({ code: 0 });
    await appendFile(path.join(stuck, 'plan.json'), '\n');
    expect((await fenceline(['judge', passed, stuck])).code).toBe(2);
    expect(await temporaries()).toEqual([]);
  });

  it('gives one JSON object each, the worst exit code, and goes on after what it cannot read', async () => {
    const paths = [passed, path.join(folder, 'none'), stuck];
    const { code, stdout, stderr } = await fenceline(['judge', '--json', ...paths]);
    expect(code).toBe(3);
    expect(stderr).toContain(`there is no folder or file ${path.join(folder, 'none')}`);
    const verdicts = stdout
      .trimEnd()
      .split('\n')
      .map((line) => verdictSchema.parse(JSON.parse(line)));
    expect(verdicts.map(({ evidence, verdict }) => [evidence, verdict])).toEqual([
      [passed, 'pass'],
      [stuck, 'violation'],
    ]);
  });

  it('judges under another profile, and keeps the judgement beside the first where asked', async () => {
    await writeFile(path.join(stuck, 'verdict.json'), 'the first');
    const args = ['judge', stuck, '--profile', 'tp4129-strict', '--write', '--json'];
    const { code, stdout } = await fenceline(args);
    expect(code).toBe(1);
    const [file] = await readdir(path.join(stuck, 'judgements'));
    expect(file).toMatch(/^\d{8}T\d{6}\.\d{3}Z-tp4129-strict\.json$/);
    const kept = await readFile(path.join(stuck, 'judgements', file!), 'utf8');
    expect(JSON.parse(kept)).toEqual(JSON.parse(stdout));
    expect(await readFile(path.join(stuck, 'verdict.json'), 'utf8')).toBe('the first');
    expect((await fenceline(['verify', stuck])).code).toBe(0);
  });

  it('refuses a profile that is none, and to write into a packed file', async () => {
    const unknown = await fenceline(['judge', stuck, '--profile', 'mine']);
    expect(unknown).toMatchObject({ code: 64, stdout: '' });
    expect(unknown.stderr).toContain('tp4129-strict');
    expect(await fenceline(['judge', passed, '--write'])).toMatchObject({ code: 64, stdout: '' });
    expect(await temporaries()).toEqual([]);
  });
});

describe('fenceline verify', () => {
  it('finds evidence intact, packed or not', async () => {
    const { code, stdout } = await fenceline(['verify', stuck, passed]);
    expect(code).toBe(0);
    expect(stdout).toContain(`${stuck}: intact: `);
    expect(stdout).toContain(`${passed}: intact: `);
  });

  it('names what was changed, is missing or was added', async () => {
    await appendFile(path.join(stuck, 'captures/A.node.pcapng'), '!');
    await rm(path.join(stuck, 'consoles/B.log'));
    await writeFile(path.join(stuck, 'consoles/C.log'), '');
    const { code, stdout } = await fenceline(['verify', stuck]);
    expect(code).toBe(1);
    expect(stdout.split('\n').slice(0, 4)).toEqual([
      `${stuck}: NOT INTACT`,
      '  changed  captures/A.node.pcapng',
      '  missing  consoles/B.log',
      '  added  consoles/C.log',
    ]);
  });

  it('tells what was never sealed from what cannot be read', async () => {
    const file = path.join(stuck, 'manifest.json');
    const manifest = JSON.parse(await readFile(file, 'utf8')) as object;
    const cut = {
      ...manifest,
      sealedSha256: undefined,
      complete: false,
      incompleteBecause: 'the disk was full',
      parts: [],
    };
    await writeFile(file, JSON.stringify(cut));
    const { code, stdout } = await fenceline(['verify', stuck]);
    expect({ code, stdout }).toMatchObject({ code: 2 });
    expect(stdout).toContain('not sealed: the disk was full');
    await writeFile(file, '{');
    const broken = await fenceline(['verify', stuck]);
    expect(broken.code).toBe(3);
    expect(broken.stderr).toContain('manifest.json is no JSON');
  });
});

describe('fenceline report', () => {
  it('writes the page beside the evidence, or where it is told', async () => {
    expect((await fenceline(['report', stuck])).code).toBe(0);
    expect(await readFile(path.join(stuck, 'report.html'), 'utf8')).toContain('VIOLATION');
    expect((await fenceline(['report', passed])).code).toBe(0);
    expect(await readFile(path.join(folder, 'no-fault.html'), 'utf8')).toContain('PASS');
    expect(await temporaries()).toEqual([]);
  });

  it('writes the forms for other machines, and then no page', async () => {
    const args = ['report', stuck, '--junit', 'j.xml', '--ktap', '-', '--kcidb', 'k.json'];
    const { code, stdout } = await fenceline(args);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^KTAP version 1\n1\.\.1\n[^]*\nnot ok 1 stuck-write_seed3\n$/);
    expect(await readFile(path.join(folder, 'j.xml'), 'utf8')).toContain('<testsuites name=');
    const kcidb = JSON.parse(await readFile(path.join(folder, 'k.json'), 'utf8')) as object;
    expect(kcidb).toMatchObject({ version: { major: 4, minor: 0 } });
    expect(await readdir(stuck)).not.toContain('report.html');
  });

  it('says where it could not write', async () => {
    const { code, stderr } = await fenceline(['report', stuck, '--out', 'none/page.html']);
    expect(code).toBe(3);
    expect(stderr).toContain('none/page.html');
    expect(await fenceline(['report', stuck, '--ktap', '-', '--junit', '-'])).toMatchObject({
      code: 64,
      stdout: '',
    });
  });
});

describe('fenceline report --parquet', () => {
  const tables = [
    ...['applies', 'associations', 'blocks', 'commands', 'connections'],
    ...['events', 'faults', 'final_image', 'findings'],
  ].map((name) => `${name}.parquet`);
  const out = () => path.join(folder, 'out');

  it('is in the help', async () => {
    const { code, stdout } = await fenceline(['report', '--help']);
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /--parquet <dir> +Parquet files of the history, into a new or\s+empty folder/,
    );
  });

  it('writes the files, of packed evidence too, and then no page', async () => {
    const { code, stdout, stderr } = await fenceline(['report', stuck, '--parquet', 'out']);
    expect({ code, stdout, stderr }).toEqual({
      code: 0,
      stdout: '',
      stderr: `written: ${out()}\n`,
    });
    expect((await readdir(out())).sort()).toEqual(tables);
    expect(await readdir(stuck)).not.toContain('report.html');
    const both = await fenceline(['report', passed, '--parquet', 'other', '--ktap', '-']);
    expect(both).toMatchObject({ code: 0, stdout: expect.stringContaining('KTAP') as string });
    expect((await readdir(path.join(folder, 'other'))).sort()).toEqual(tables);
    expect(await temporaries()).toEqual([]);
  });

  it('refuses a folder that holds anything, a file, and the evidence itself', async () => {
    await mkdir(out());
    await writeFile(path.join(out(), 'findings.parquet'), 'mine');
    for (const [dir, why] of [
      ['out', 'is not empty (it holds findings.parquet)'],
      ['out/findings.parquet', 'is no folder'],
      [stuck, 'lies in the evidence'],
      [path.join(stuck, 'parquet'), 'lies in the evidence'],
    ] as const) {
      const { code, stdout, stderr } = await fenceline(['report', stuck, '--parquet', dir]);
      expect({ code, stdout }).toEqual({ code: 64, stdout: '' });
      expect(stderr).toContain(why);
    }
    expect(await readFile(path.join(out(), 'findings.parquet'), 'utf8')).toBe('mine');
    expect((await fenceline(['verify', stuck])).code).toBe(0);
  });

  it('says where it could not write, and of evidence that cannot be decoded why', async () => {
    const { code, stderr } = await fenceline(['report', stuck, '--parquet', 'none/out']);
    expect(code).toBe(3);
    expect(stderr).toContain(`could not write Parquet files to ${path.join(folder, 'none/out')}`);
    await writeFile(path.join(stuck, 'timeline.jsonl'), '{"t":1}\n');
    const broken = await fenceline(['report', stuck, '--parquet', 'out']);
    expect(broken.code).toBe(3);
    expect(broken.stderr).toContain('no Parquet files: The recording could not be read: timeline');
    expect(await readdir(folder)).not.toContain('out');
  });

  it('leaves all files or none when it is stopped', async () => {
    const child = start(['report', stuck, '--parquet', 'out']);
    const closed = once(child, 'close');
    while (!(await readdir(folder)).includes('out'))
      await new Promise((wake) => setTimeout(wake, 1));
    child.kill('SIGINT');
    const [code] = (await closed) as [number];
    const left = (await readdir(folder)).includes('out') ? (await readdir(out())).sort() : [];
    expect([code, left]).toEqual(code === 0 ? [0, tables] : [3, []]);
  });
});

describe('fenceline pack', () => {
  it('makes one file that is verified and judged as the folder', async () => {
    const { code, stdout, stderr } = await fenceline(['pack', stuck]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const file = path.join(folder, 'stuck-write.tar.zst');
    expect(stdout).toMatch(new RegExp(`^${file} {2}\\d+ bytes\n$`));
    expect((await fenceline(['verify', file])).code).toBe(0);
    expect((await fenceline(['judge', file])).code).toBe(1);
  });

  it('says of damaged evidence that it is, and packs it as it is', async () => {
    await appendFile(path.join(stuck, 'plan.json'), '\n');
    const { code, stderr } = await fenceline(['pack', stuck, '--out', 'x.tar.zst']);
    expect(code).toBe(0);
    expect(stderr).toContain('is not as it was sealed');
    expect((await fenceline(['verify', 'x.tar.zst'])).stdout).toContain('  changed  plan.json');
  });

  it('never writes over a file, packs no packed file, and says what is missing', async () => {
    await writeFile(path.join(folder, 'stuck-write.tar.zst'), '');
    expect((await fenceline(['pack', stuck])).code).toBe(3);
    expect((await fenceline(['pack', passed])).code).toBe(64);
    const without = await fenceline(['judge', passed], { PATH: '/nowhere' });
    expect(without.code).toBe(3);
    expect(without.stderr).toContain('apt-get install -y zstd');
  });
});

describe('a packed file that is being read', () => {
  it('leaves nothing behind when it is stopped', async () => {
    // A compressor that gives no end: whoever waits for it can only be stopped.
    const bin = path.join(folder, 'bin');
    await mkdir(bin);
    await writeFile(path.join(bin, 'zstd'), '#!/bin/sh\nexec sleep 60\n', { mode: 0o755 });
    const child = start(['judge', passed], { PATH: `${bin}:${process.env['PATH'] ?? ''}` });
    const closed = once(child, 'close');
    while ((await temporaries()).length === 0) await new Promise((wake) => setTimeout(wake, 20));
    child.kill('SIGINT');
    expect(await closed).toEqual([3, null]);
    expect(await temporaries()).toEqual([]);
  });
});
