import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Verdict } from '@fenceline/contracts';
import type { History } from '@fenceline/history';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { anyHistory, anyVerdict, emptyHistory, emptyVerdict } from './history.testing.js';
import { ParquetError } from './parquet-error.js';
import { readBack, rowsOf } from './read-back.testing.js';
import { wholeNumber } from './table.js';
import { writeParquet } from './write-parquet.js';

let root: string;
let folders = 0;
beforeEach(async () => {
  // What SQL or a shell might mind is in the path of every test.
  root = await mkdtemp(join(tmpdir(), "fenceline parquet's-"));
});
afterEach(async () => {
  await rm(root, { recursive: true, force: true });
});

/** What was read back of a history and a verdict that were written. */
async function writtenAndRead(history: History, verdict: Verdict = emptyVerdict) {
  const dir = join(root, String(folders++));
  await writeParquet(dir, history, verdict);
  return await readBack(dir, history.payloadHashes);
}

it('gives every history and finding back as it was', async () => {
  await fc.assert(
    fc.asyncProperty(anyHistory, anyVerdict, async (history, verdict) => {
      const read = await writtenAndRead(history, verdict);
      const { associations, commands, applies, faults, events, consoles } = history;
      const { problems, remarks, finalImage = new Map<number, number>() } = history;
      expect(read).toEqual({
        ...{ associations, commands, applies, faults, events, consoles, problems, remarks },
        finalImage,
        findings: verdict.findings,
      });
    }),
    { numRuns: 12, endOnFailure: true },
  );
});

it('keeps the rows in their order over many chunks', async () => {
  const consoles = Array.from({ length: 5000 }, (_, t) => ({ t, vm: 'A', text: `line ${t}` }));
  const read = await writtenAndRead({ ...emptyHistory, consoles });
  expect(read.consoles).toEqual(consoles);
});

it('makes NULL of a moment that did not come, and of nothing else that a lab can have', () => {
  fc.assert(
    fc.property(fc.maxSafeNat(), (ns) => {
      expect(wholeNumber(ns)).toBe(BigInt(ns));
    }),
  );
  for (const none of [Infinity, -Infinity, NaN, 2 ** 53, null, undefined]) {
    expect(wholeNumber(none)).toBe(null);
  }
});

it('writes every file with its columns even where there is nothing to tell', async () => {
  const dir = join(root, 'empty');
  await writeParquet(dir, emptyHistory, emptyVerdict);
  const files = (await readdir(dir)).sort();
  expect(files).toEqual(
    [
      ...['applies', 'associations', 'blocks', 'commands', 'connections'],
      ...['events', 'faults', 'final_image', 'findings'],
    ].map((name) => `${name}.parquet`),
  );
  for (const file of files) {
    expect(await rowsOf(dir, `SELECT count(*) AS rows FROM '${file}'`)).toEqual([{ rows: '0' }]);
  }
  const types = await rowsOf(
    dir,
    "SELECT column_name, column_type FROM (DESCRIBE 'applies.parquet')",
  );
  expect(types).toContainEqual({ column_name: 'applied_ns', column_type: 'BIGINT' });
});

it('says in every file which recording it is of', async () => {
  const dir = join(root, 'marked');
  await writeParquet(dir, emptyHistory, { ...emptyVerdict, scenario: "it's" });
  const pairs = await rowsOf(
    dir,
    "SELECT decode(key) AS key, decode(value) AS value FROM parquet_kv_metadata('faults.parquet')",
  );
  expect(pairs).toEqual([
    { key: 'schema', value: 'fenceline.parquet/v1' },
    { key: 'scenario', value: "it's" },
    { key: 'seed', value: '1' },
    { key: 'recording_sha256', value: 'ab12' },
    { key: 'verifier_version', value: '0.0.0' },
  ]);
});

it('writes over nothing, and leaves nothing where a row cannot be made', async () => {
  const dir = join(root, 'out');
  const broken = { ...emptyHistory, consoles: [null] } as unknown as History;
  await expect(writeParquet(dir, broken, emptyVerdict)).rejects.toThrow(TypeError);
  expect(await readdir(root)).toEqual([]);
  await writeParquet(dir, emptyHistory, emptyVerdict);
  await expect(writeParquet(dir, emptyHistory, emptyVerdict)).rejects.toThrow(ParquetError);
  const below = join(root, 'none', 'out');
  await expect(writeParquet(below, emptyHistory, emptyVerdict)).rejects.toThrow(ParquetError);
});
