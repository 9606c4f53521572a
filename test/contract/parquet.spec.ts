import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openEvidence } from '@fenceline/evidence';
import { judgeRecording, type JudgedRecording } from '@fenceline/judge';
import { writeParquet } from '@fenceline/parquet';
import { readBack, rowsOf } from '@fenceline/parquet/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { root } from '../support/run-fenceline.js';

/** The stuck write that real kernels made, as Parquet files; pages and queries of docs/ speak of such. */
let dir: string;
let judged: JudgedRecording;
beforeAll(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'fenceline-parquet-'));
  dir = join(folder, 'out');
  const evidence = await openEvidence(
    join(root, 'test/golden/stuck-write-without-manifest-hash.tar.zst'),
  );
  judged = await judgeRecording(evidence.dir);
  await evidence.close();
  await writeParquet(dir, judged.history!, judged.verdict);
  return () => rm(folder, { recursive: true, force: true });
});

const page = () => readFile(join(root, 'docs/parquet.md'), 'utf8');

const queryRows = async (name: string) =>
  rowsOf(dir, await readFile(join(root, 'docs/queries', `${name}.sql`), 'utf8'));

describe('the Parquet files of a recording of real kernels', () => {
  it('hold its history and its findings, value by value', async () => {
    const history = judged.history!;
    const read = await readBack(dir, history.payloadHashes);
    const { associations, commands, applies, faults, events, consoles } = history;
    const { problems, remarks, finalImage = new Map<number, number>() } = history;
    expect(read).toEqual({
      ...{ associations, commands, applies, faults, events, consoles, problems, remarks },
      finalImage,
      findings: judged.verdict.findings,
    });
    expect([commands.length, applies.length, read.findings.length]).toEqual([171, 102, 3]);
  });

  it('have the columns and types that docs/parquet.md says, and no others', async () => {
    const sections = (await page()).split(/^### /m).slice(1);
    // Some rows describe several columns, so that documented ones come in an order of their own.
    const documented = sections.flatMap((section) => {
      const file = /^`(\w+\.parquet)`/.exec(section)?.[1];
      if (file === undefined) return [];
      const rows = section.matchAll(/^\| (`\w+`(?:, `\w+`)*) +\| ([A-Z][^|]*?) +\|/gm);
      return [...rows].flatMap(([, names, type]) =>
        names!.split(', ').map((name) => `${file} ${name.slice(1, -1)} ${type!}`),
      );
    });
    const files = new Set(documented.map((line) => line.split(' ')[0]!));
    expect([...files].sort()).toEqual((await readdir(dir)).sort());
    const present: string[] = [];
    for (const file of files) {
      for (const column of await rowsOf(dir, `DESCRIBE FROM '${file}'`)) {
        const { column_name: name, column_type: type } = column as {
          column_name: string;
          column_type: string;
        };
        present.push(`${file} ${name} ${type}`);
      }
    }
    expect(documented.sort()).toEqual(present.sort());
  });
});

describe('the ready queries over the stuck write', () => {
  it('list the writes that were complete and unapplied at the give-up, and that they landed after their retries', async () => {
    const rows = await queryRows('complete-unapplied');
    expect(rows).toHaveLength(judged.verdict.exercised.completeUnapplied);
    expect(rows.map(({ slba, cid, request, landed }) => [slba, cid, request, landed])).toEqual([
      ['28', '0x0004', '13', 'after-retry'],
      ['53', '0x0005', '15', 'after-retry'],
      ['19', '0x0006', '17', 'after-retry'],
      ['44', '0x0007', '20', 'after-retry'],
    ]);
    expect(judged.verdict.exercised.landedLate).toBe(4);
    for (const row of rows) {
      expect(row).toMatchObject({ host: 'host1', link: 'A', node: 'A', retry_link: 'B' });
      expect(row['certain']).toBe(true);
    }
    expect(rows[1]).toMatchObject({
      sent_ms: 36601.978,
      give_up_ms: 49292.896,
      retry_sent_ms: 49324.359,
      applied_ms: 49959.191,
    });
  });

  it('give latencies for each path and second, with the second in which nothing was answered', async () => {
    const rows = await queryRows('latency-per-second');
    const { commands, associations } = judged.history!;
    const io = commands.filter(({ qid, op }) => qid > 0 && op !== 'other');
    expect(rows.reduce((sum, row) => sum + Number(row['commands']), 0)).toBe(io.length);
    const stuck = rows.filter(({ p50_ms }) => p50_ms === null);
    expect(stuck).toEqual([
      expect.objectContaining({ link: 'A', second: '36', commands: '8', unanswered: '8' }),
    ]);
    for (const { link, second, max_ms } of rows) {
      const latencies = io
        .filter((it) => Math.floor(it.sentAt / 1e9) === Number(second))
        .filter((it) => associations[it.association]!.link === link)
        .map((it) => it.answeredAt - it.sentAt)
        .filter(Number.isFinite);
      const worst = latencies.length === 0 ? null : Math.max(...latencies) / 1e6;
      if (worst === null) expect(max_ms).toBe(null);
      else expect(max_ms).toBeCloseTo(worst, 3);
    }
  });

  it('find the stale block, and tell who wrote it when', async () => {
    const rows = await queryRows('stale-blocks');
    const [older, newer] = ['4cd7c092b3a119c3', 'df31c7bb99ef2cf5'];
    expect(
      rows.map((row) => [row['lba'], row['node'], row['link'], row['cid'], row['payload_hash']]),
    ).toEqual([
      ['53', 'B', 'B', '0x007c', older],
      ['53', 'B', 'B', '0x2073', newer],
      ['53', 'A', 'A', '0x0005', older],
    ]);
    expect(rows.map(({ stale }) => stale)).toEqual([false, false, true]);
    expect(rows[2]).toMatchObject({ host: 'host1', sent_ms: 36601.978, applied_ms: 49959.191 });
    const found = judged.verdict.findings.filter(({ rule }) => rule === 'no-stale-overwrite');
    expect(found.map(({ witness }) => String(witness.lba))).toEqual(['53']);
  });

  it('are those that docs/parquet.md names', async () => {
    const text = await page();
    for (const name of ['complete-unapplied', 'latency-per-second', 'stale-blocks']) {
      expect(text).toContain(`(queries/${name}.sql)`);
    }
  });
});
