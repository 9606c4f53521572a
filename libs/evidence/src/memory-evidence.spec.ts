import type { Plan } from '@fenceline/contracts';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EvidenceReader } from './evidence-reader.js';
import { EvidenceWriter } from './evidence-writer.js';
import { layout } from './layout.js';
import { manifestContent } from './manifest.testing.js';
import { MemoryEvidence } from './memory-evidence.js';

const start = { manifest: manifestContent, scenario: 'name: x\n', plan: { seed: 7 } as Plan };

let folder: string;
beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), 'fenceline-memory-'))));
afterEach(() => rm(folder, { recursive: true, force: true }));

async function record(evidence: MemoryEvidence | EvidenceWriter): Promise<void> {
  evidence.event({ t: 1, kind: 'phase', phase: 'boot' });
  const line = await evidence.console('A');
  line(5, 'first\nline');
  (await evidence.console('A'))(6, 'second line');
  await evidence.write(layout.capture('A', 'host'), new Uint8Array([1, 2, 3]));
  await evidence.write(layout.finalImage, 'x\n');
  evidence.event({ t: 9, kind: 'end' });
}

describe('evidence in memory', () => {
  it('saves the very files that a writer makes, with the same seal', async () => {
    const written = join(folder, 'written');
    const saved = join(folder, 'saved');
    const writer = await EvidenceWriter.create(written, {
      ...start,
      onError: (error) => {
        throw error;
      },
    });
    const memory = new MemoryEvidence(start);
    await record(writer);
    await record(memory);
    const { parts } = await writer.seal();
    await memory.seal();
    await memory.save(saved);
    for (const part of [layout.manifest, ...parts.map(({ path }) => path)]) {
      const files = [written, saved].map((dir) => readFile(join(dir, part), 'latin1'));
      expect(await files[1], part).toBe(await files[0]);
    }
    expect((await (await EvidenceReader.open(saved)).verifySeal()).intact).toBe(true);
  });

  it('is read as a folder is', async () => {
    const memory = new MemoryEvidence(start);
    await record(memory);
    await memory.seal();
    const reader = memory.reader('in memory');
    expect(await reader.scenario()).toBe('name: x\n');
    expect(await reader.captures()).toMatchObject([{ link: 'A', side: 'host' }]);
    expect(await reader.consoleNames()).toEqual(['A']);
    expect((await reader.timeline()).cut).toBeNull();
    expect(await reader.has(layout.journal)).toBe(false);
    const lines = [];
    for await (const line of reader.console('A')) lines.push(line);
    expect(lines).toEqual([
      { vm: 'A', t: 5, text: 'first line' },
      { vm: 'A', t: 6, text: 'second line' },
    ]);
    expect(reader.recordingSha256).toMatch(/^[0-9a-f]{64}$/);
  });

  it('says why it did not come to its end', async () => {
    const memory = new MemoryEvidence(start);
    expect(() => memory.reader('x')).toThrow('has not come to its end');
    await memory.abandon('it was stopped');
    expect(memory.reader('x').manifest).toMatchObject({
      complete: false,
      incompleteBecause: 'it was stopped',
    });
  });
});
