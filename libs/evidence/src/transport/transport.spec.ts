import { compress, readTar } from '@fenceline/archive';
import { encodeHeader, type TarHeader } from '@fenceline/archive/testing';
import type { Plan } from '@fenceline/contracts';
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  appendFile,
  cp,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EvidenceError } from '../evidence-error.js';
import { EvidenceReader } from '../evidence-reader.js';
import { EvidenceWriter } from '../evidence-writer.js';
import { manifestContent } from '../manifest.testing.js';
import { openEvidence } from './open-evidence.js';
import { packEvidence } from './pack.js';

const run = promisify(execFile);
const long = `workload/host1.${'w'.repeat(120)}.json`;

let root: string;
let dir: string;
let file: string;
let path: string | undefined;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'fenceline-transport-'));
  dir = join(root, 'run-seed1');
  file = join(root, 'run-seed1.tar.zst');
  path = process.env['PATH'];
  process.env['TMPDIR'] = join(root, 'tmp');
  await mkdir(join(root, 'tmp'));
});
afterEach(async () => {
  process.env['PATH'] = path;
  delete process.env['TMPDIR'];
  await rm(root, { recursive: true, force: true });
});

async function record(): Promise<void> {
  const writer = await EvidenceWriter.create(dir, {
    manifest: manifestContent,
    scenario: 'fenceline: 1\n',
    plan: { seed: 7 } as Plan,
    onError: (error) => {
      throw error;
    },
  });
  await writer.write('captures/A.host.pcapng', Buffer.alloc(700_001, 'frames '));
  await writer.write('workload/host1.w.log', '');
  await writer.write(long, '{}');
  await writer.seal();
  await writeFile(join(dir, 'verdict.json'), '{}');
}

async function digests(folder: string): Promise<Record<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const pairs = files.map(async (entry) => {
    const full = join(entry.parentPath, entry.name);
    const sha256 = createHash('sha256')
      .update(await readFile(full))
      .digest('hex');
    return [full.slice(folder.length + 1), sha256] as const;
  });
  return Object.fromEntries((await Promise.all(pairs)).sort());
}

const temporaries = () => readdir(join(root, 'tmp'));

describe('a file for transport', () => {
  it('is opened by the tar of the system, and holds one folder with every byte', async () => {
    await record();
    await packEvidence(dir, file);
    const out = join(root, 'out');
    await mkdir(out);
    await run('tar', ['--zstd', '-xf', file, '-C', out]);
    expect(await readdir(out)).toEqual(['run-seed1']);
    expect(await digests(join(out, 'run-seed1'))).toEqual(await digests(dir));
    expect(Object.keys(await digests(dir))).toContain('verdict.json');
  });

  it('is read as the folder is, and leaves nothing behind', async () => {
    await record();
    await packEvidence(dir, file);
    const opened = await openEvidence(file);
    expect(opened).toMatchObject({ path: file, packed: true });
    expect(await digests(opened.dir)).toEqual(await digests(dir));
    const reader = await EvidenceReader.open(opened.dir);
    expect((await reader.verifySeal()).intact).toBe(true);
    await opened.close();
    expect(await temporaries()).toEqual([]);
    expect(process.listenerCount('exit')).toBe(0);
  });

  it('has the same bytes whenever it is packed', async () => {
    await record();
    await packEvidence(dir, file);
    const copy = join(root, 'copy', 'run-seed1');
    await cp(dir, copy, { recursive: true });
    await packEvidence(copy, join(root, 'copy', 'run-seed1.tar.zst'));
    expect(await readFile(join(root, 'copy', 'run-seed1.tar.zst'))).toEqual(await readFile(file));
  });

  it.each([['gnu'], ['pax'], ['posix'], ['v7']])(
    'is read as well where it was packed by hand as %s',
    async (format) => {
      await record();
      if (format === 'v7') await rm(join(dir, long));
      await run('tar', ['--zstd', `--format=${format}`, '-cf', file, '-C', dir, '.']);
      const opened = await openEvidence(file);
      expect(await digests(opened.dir)).toEqual(await digests(dir));
      await opened.close();
    },
  );

  it('carries a recording that was cut, and a damaged one, as they are', async () => {
    await record();
    await appendFile(join(dir, 'captures/A.host.pcapng'), '!');
    await packEvidence(dir, file);
    const opened = await openEvidence(file);
    const reader = await EvidenceReader.open(opened.dir);
    expect((await reader.verifySeal()).changed).toEqual(['captures/A.host.pcapng']);
    await opened.close();
  });

  it('is never written over, nor into the evidence, nor made of links', async () => {
    await record();
    await writeFile(file, 'mine');
    await expect(packEvidence(dir, file)).rejects.toThrow(/is there already/);
    expect(await readFile(file, 'utf8')).toBe('mine');
    await expect(packEvidence(dir, join(dir, 'x.tar.zst'))).rejects.toThrow(/outside of it/);
    await symlink('/etc/passwd', join(dir, 'consoles', 'x.log')).catch(async () => {
      await mkdir(join(dir, 'consoles'));
      await symlink('/etc/passwd', join(dir, 'consoles', 'x.log'));
    });
    await expect(packEvidence(dir, join(root, 'y.tar.zst'))).rejects.toThrow(/no plain file/);
    await expect(packEvidence(root, join(root, 'y.tar.zst'))).rejects.toThrow(/no folder of evid/);
    expect((await readdir(root)).sort()).toEqual(['run-seed1', 'run-seed1.tar.zst', 'tmp']);
  });

  it('says that zstd is missing, and how to get it', async () => {
    await record();
    await packEvidence(dir, file);
    process.env['PATH'] = join(root, 'tmp');
    const install = 'zstd is not installed. Install it: apt-get install -y zstd';
    await expect(packEvidence(dir, join(root, 'z.tar.zst'))).rejects.toThrow(install);
    await expect(openEvidence(file)).rejects.toThrow(install);
    expect(await temporaries()).toEqual([]);
    expect((await readdir(root)).sort()).toEqual(['run-seed1', 'run-seed1.tar.zst', 'tmp']);
  });

  it('says what a path is that is neither', async () => {
    await expect(openEvidence(join(root, 'none'))).rejects.toThrow(/there is no folder or file/);
    await writeFile(file, 'text');
    await expect(openEvidence(file)).rejects.toThrow(/neither a folder of evidence nor a .tar.zst/);
  });
});

describe('a file for transport that is damaged', () => {
  it('is found so wherever a byte is changed or it is cut, and nothing is left of it', async () => {
    await record();
    await packEvidence(dir, file);
    const whole = await readFile(file);
    const places = Array.from({ length: 12 }, (_, i) => Math.floor((whole.length * i) / 12));
    for (const at of places) {
      const changed = Buffer.from(whole);
      changed[at]! ^= 0x10;
      await writeFile(file, changed);
      await expect(openEvidence(file), `byte ${at}`).rejects.toThrow(EvidenceError);
      await writeFile(file, whole.subarray(0, at));
      await expect(openEvidence(file), `cut at ${at}`).rejects.toThrow(EvidenceError);
    }
    expect(await temporaries()).toEqual([]);
  });
});

describe('a file for transport that is not safe', () => {
  const bytesOf = (headers: (TarHeader & { content?: string })[]) =>
    Buffer.concat([
      ...headers.flatMap(({ content = '', ...header }) => {
        const padded = Buffer.alloc(Math.ceil(content.length / 512) * 512);
        padded.write(content);
        return [encodeHeader(header), padded];
      }),
      Buffer.alloc(1024),
    ]);

  async function packed(...headers: (TarHeader & { content?: string })[]): Promise<void> {
    const bytes = bytesOf(headers);
    await compress(
      (async function* () {
        yield await Promise.resolve(bytes);
      })(),
      bytes.length,
      file,
    );
  }

  it.each([
    ['/tmp/x', '0', /the name "\/tmp\/x" is not allowed/],
    ['../x', '0', /the name "..\/x" is not allowed/],
    ['a/../../x', '0', /not allowed/],
    ['a//x', '0', /not allowed/],
    ['a\nb', '0', /not allowed/],
    ['../folder/', '5', /not allowed/],
    ['x', '1', /"x" is a hard link/],
    ['x', '2', /"x" is a symbolic link/],
    ['x', '3', /"x" is a device/],
    ['x', '4', /"x" is a device/],
    ['x', '6', /"x" is a named pipe/],
    ['x', 'S', /"x" is a sparse file/],
  ])('is refused for %j of type %s', async (name, type, message) => {
    await packed({ name, size: 0, type });
    await expect(openEvidence(file)).rejects.toThrow(message);
    expect(await temporaries()).toEqual([]);
    expect((await readdir(root)).sort()).toEqual(['run-seed1.tar.zst', 'tmp']);
  });

  it('is refused for a name in an extended header', async () => {
    const record = '13 path=../x\n';
    await packed(
      { name: 'pax', size: record.length, type: 'x', content: record },
      { name: 'fine', size: 0, type: '0' },
    );
    await expect(openEvidence(file)).rejects.toThrow(/"..\/x" is not allowed/);
  });

  it('is refused for the same name twice, and for a file where a folder is wanted', async () => {
    const one = { name: 'x', size: 0, type: '0' };
    await packed(one, one);
    await expect(openEvidence(file)).rejects.toThrow(/it has x twice/);
    await rm(file);
    await packed(one, { ...one, name: 'x/y' });
    await expect(openEvidence(file)).rejects.toThrow(/cannot be unpacked/);
  });

  it('is refused at once when it would unpack to more than 4 GiB', async () => {
    await packed({ name: 'x', size: 5 * 2 ** 30, type: '0', content: 'the beginning' });
    await expect(openEvidence(file)).rejects.toThrow(/it unpacks to more than 4096 MiB/);
    expect(await temporaries()).toEqual([]);
  });

  it('is refused when it has too much of what takes no place', async () => {
    const chunks = async function* () {
      await Promise.resolve();
      for (;;) yield encodeHeader({ name: 'folder/', size: 0, type: '5' });
    };
    const nothing = () => Promise.resolve();
    await expect(readTar(chunks(), { bytes: 2 ** 30, entries: 99 }, nothing)).rejects.toThrow(
      /more than 99 entries/,
    );
    await expect(readTar(chunks(), { bytes: 2 ** 20, entries: 2 ** 30 }, nothing)).rejects.toThrow(
      /more than 1 MiB/,
    );
  });

  it('is refused when it holds no evidence', async () => {
    await packed({ name: 'x/y', size: 0, type: '0' });
    await expect(openEvidence(file)).rejects.toThrow(/holds no evidence/);
  });
});
