import type { LabEvent, Plan } from '@fenceline/contracts';
import { appendFile, chmod, mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EvidenceReader } from './evidence-reader.js';
import { EvidenceWriter, type EvidenceStart } from './evidence-writer.js';
import { manifestContent } from './manifest.testing.js';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'fenceline-evidence-'));
});
afterEach(async () => {
  await rm(root, { recursive: true, force: true });
});

const unexpected = (error: Error): never => {
  throw error;
};
const start: EvidenceStart = {
  manifest: manifestContent,
  scenario: 'fenceline: 1\nname: stuck-write\n',
  plan: { seed: 7 } as Plan,
  onError: unexpected,
};

const events: LabEvent[] = [
  { t: 0, kind: 'phase', phase: 'boot' },
  { t: 5_000, kind: 'step', index: 0, describe: 'hold', fired: true, because: 'at 2 s' },
  { t: 9_000, kind: 'end' },
];

/** A sealed recording with one of each kind of part. */
async function record(dir: string): Promise<EvidenceWriter> {
  const writer = await EvidenceWriter.create(dir, start);
  for (const event of events) writer.event(event);
  const console = await writer.console('host1');
  console(12, 'nvme nvme0: starting error recovery');
  console(13, 'two\r\nlines');
  await writeFile(await writer.path('captures/A.host.pcapng'), 'host');
  await writeFile(await writer.path('captures/A.node.pcapng'), 'node');
  await writeFile(await writer.path('backend/journal.fjl'), 'journal');
  await writer.write('qemu/host1.json', '{"version":"7.2"}');
  await writer.seal();
  return writer;
}

/** Root may write anywhere: permissions mean something only to somebody else. */
async function asNobody(work: () => Promise<void>): Promise<void> {
  if (process.getuid?.() !== 0) return work();
  process.seteuid?.(65534);
  try {
    await work();
  } finally {
    process.seteuid?.(0);
  }
}

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

describe('a recording that came to its end', () => {
  it('reads back as it was written', async () => {
    const dir = join(root, 'new', 'folder');
    await record(dir);
    const reader = await EvidenceReader.open(dir);
    expect(reader.manifest).toMatchObject({ complete: true, scenario: 'stuck-write', seed: 7 });
    expect(await reader.scenario()).toBe(start.scenario);
    await expect(reader.plan()).rejects.toThrow(/plan.json does not fit this version: /);
    expect(await reader.timeline()).toEqual({ events, cut: null });
    expect(await reader.consoleNames()).toEqual(['host1']);
    expect(await collect(reader.console('host1'))).toEqual([
      { vm: 'host1', t: 12, text: 'nvme nvme0: starting error recovery' },
      { vm: 'host1', t: 13, text: 'two lines' },
    ]);
    expect(await reader.captures()).toEqual([
      { link: 'A', side: 'host', part: 'captures/A.host.pcapng' },
      { link: 'A', side: 'node', part: 'captures/A.node.pcapng' },
    ]);
    expect(Buffer.concat(await collect(reader.journal())).toString()).toBe('journal');
    expect(await reader.verifySeal()).toEqual({
      intact: true,
      sealed: true,
      changed: [],
      missing: [],
      added: [],
    });
  });

  it('lists every part with its size and SHA-256, and not the manifest itself', async () => {
    await record(join(root, 'e'));
    const { manifest } = await EvidenceReader.open(join(root, 'e'));
    expect(manifest.parts.map((part) => part.path)).toEqual([
      'backend/journal.fjl',
      'captures/A.host.pcapng',
      'captures/A.node.pcapng',
      'consoles/host1.log',
      'plan.json',
      'qemu/host1.json',
      'scenario.yaml',
      'timeline.jsonl',
    ]);
    expect(manifest.parts[0]).toEqual({
      path: 'backend/journal.fjl',
      bytes: 7,
      sha256: '81dd6b775afcccb6dbb8a25a58ea844271bbefaeea7cb1d91c1687d7450f850c',
    });
  });

  it('stays intact when a judgement is put beside it', async () => {
    await record(join(root, 'e'));
    await writeFile(join(root, 'e', 'verdict.json'), '{}');
    await writeFile(join(root, 'e', 'report.html'), '<p>');
    expect((await (await EvidenceReader.open(join(root, 'e'))).verifySeal()).intact).toBe(true);
  });

  it('takes a half-written judgement for none of its parts, and any other half-written file for added', async () => {
    const dir = join(root, 'e');
    await record(dir);
    for (const name of [
      'verdict.json.17.tmp',
      'manifest.json.17.tmp',
      'captures/A.host.pcapng.tmp',
    ]) {
      await writeFile(join(dir, name), 'x');
    }
    const { added, changed } = await (await EvidenceReader.open(dir)).verifySeal();
    expect({ added, changed }).toEqual({ added: ['captures/A.host.pcapng.tmp'], changed: [] });
  });

  it('shows a changed byte, a missing part and an added one', async () => {
    const dir = join(root, 'e');
    await record(dir);
    await writeFile(join(dir, 'captures/A.host.pcapng'), 'hosT');
    await appendFile(join(dir, 'timeline.jsonl'), 'x');
    await rm(join(dir, 'qemu/host1.json'));
    await writeFile(join(dir, 'consoles/ghost.log'), '');
    expect(await (await EvidenceReader.open(dir)).verifySeal()).toEqual({
      intact: false,
      sealed: true,
      changed: ['captures/A.host.pcapng', 'timeline.jsonl'],
      missing: ['qemu/host1.json'],
      added: ['consoles/ghost.log'],
    });
  });
});

describe('a recording that was cut', () => {
  it('is readable up to the cut, and says that it has no seal', async () => {
    const dir = join(root, 'e');
    const writer = await EvidenceWriter.create(dir, start);
    for (const event of events.slice(0, 2)) writer.event(event);
    (await writer.console('host1'))(12, 'booting');
    await writer.flush();
    // What a kill leaves: no seal, and a last line that stops in its middle.
    await appendFile(join(dir, 'timeline.jsonl'), '{"t":6000,"kind":"pha');
    await appendFile(join(dir, 'consoles/host1.log'), '13');

    const reader = await EvidenceReader.open(dir);
    expect(reader.manifest).toMatchObject({
      complete: false,
      incompleteBecause: 'the lab ended before it had closed its recording',
    });
    expect(await reader.timeline()).toEqual({
      events: events.slice(0, 2),
      cut: 'its last line, 3, is cut off',
    });
    expect(await collect(reader.console('host1'))).toEqual([
      { vm: 'host1', t: 12, text: 'booting' },
    ]);
    expect(await reader.captures()).toEqual([]);
    expect(await reader.verifySeal()).toMatchObject({ intact: false, sealed: false });
    await writer.abandon('over');
  });

  it('keeps the reason for which it was abandoned', async () => {
    const writer = await EvidenceWriter.create(join(root, 'e'), start);
    await writer.abandon('node A did not boot');
    const reader = await EvidenceReader.open(join(root, 'e'));
    expect(reader.manifest).toMatchObject({ incompleteBecause: 'node A did not boot' });
    expect(await reader.timeline()).toEqual({
      events: [],
      cut: 'it ends before the recording was closed',
    });
  });

  it('tells a cut line from a damaged one', async () => {
    const dir = join(root, 'e');
    await record(dir);
    await appendFile(join(dir, 'timeline.jsonl'), '{"t":-1,"kind":"end"}\n');
    const reader = await EvidenceReader.open(dir);
    await expect(reader.timeline()).rejects.toThrow(
      /^timeline.jsonl line 4 is no event of a lab: t: /,
    );
    await truncate(join(dir, 'timeline.jsonl'), 0);
    expect((await reader.timeline()).events).toEqual([]);
  });
});

describe('wrong folders', () => {
  it('never writes into a folder that holds something of its own', async () => {
    await writeFile(join(root, 'thesis.tex'), 'x');
    await expect(EvidenceWriter.create(root, start)).rejects.toThrow(
      `${root} is not empty and is no folder of evidence; name a new or an empty folder`,
    );
  });

  it('never writes over an earlier recording', async () => {
    const dir = join(root, 'e');
    await record(dir);
    const before = await readFile(join(dir, 'manifest.json'), 'utf8');
    await expect(EvidenceWriter.create(dir, start)).rejects.toThrow(/already holds a recording/);
    expect(await readFile(join(dir, 'manifest.json'), 'utf8')).toBe(before);
  });

  it('names a file that stands where the folder should be', async () => {
    await writeFile(join(root, 'f'), 'x');
    await expect(EvidenceWriter.create(join(root, 'f'), start)).rejects.toThrow(
      /f: .*(file|folder)/,
    );
    await expect(EvidenceWriter.create(join(root, 'f', 'g'), start)).rejects.toThrow(
      /a part of this path is a file, not a folder/,
    );
  });

  it('names a folder that may not be written', async () => {
    await chmod(root, 0o555);
    try {
      await asNobody(async () => {
        await expect(EvidenceWriter.create(join(root, 'e'), start)).rejects.toThrow(
          `could not make the folder ${join(root, 'e')}: permission denied`,
        );
        await expect(EvidenceWriter.create(root, start)).rejects.toThrow(
          `could not write ${join(root, 'manifest.json')}: permission denied`,
        );
      });
    } finally {
      await chmod(root, 0o755);
    }
  });

  it('says that a folder is missing, or is no evidence, or is of another version', async () => {
    await expect(EvidenceReader.open(join(root, 'no'))).rejects.toThrow(
      `there is no folder ${join(root, 'no')}`,
    );
    await expect(EvidenceReader.open(root)).rejects.toThrow(/it has no manifest.json/);
    await writeFile(join(root, 'manifest.json'), '{"schema":"fenceline.evidence/v9"}');
    await expect(EvidenceReader.open(root)).rejects.toThrow(/does not fit this version/);
    await writeFile(join(root, 'manifest.json'), '{');
    await expect(EvidenceReader.open(root)).rejects.toThrow(/manifest.json is no JSON/);
  });

  it('keeps every part inside its folder', async () => {
    const writer = await EvidenceWriter.create(join(root, 'e'), start);
    for (const part of ['../x', '/etc/x', 'a//b', 'a/../b', 'a b', '.hidden', '']) {
      await expect(writer.path(part)).rejects.toThrow(/cannot be the name of a part/);
    }
    await writer.abandon('over');
  });
});

describe('speed of the logs', () => {
  it('appends many lines without waiting and in order', async () => {
    const dir = join(root, 'e');
    const writer = await EvidenceWriter.create(dir, start);
    for (let t = 0; t < 50_000; t++) writer.event({ t, kind: 'stall', ns: 1 });
    await writer.seal();
    const { events: read } = await (await EvidenceReader.open(dir)).timeline();
    expect(read).toHaveLength(50_000);
    expect(read[49_999]).toEqual({ t: 49_999, kind: 'stall', ns: 1 });
  });
});
