import { cp, mkdtemp, rm, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openEvidence } from '@fenceline/evidence';
import { never, type History } from '@fenceline/history';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { judgeEvidence } from './judge-evidence.js';

/** A run of scenarios/stuck-write.yaml, seed 3, on Debian's 6.1 kernels: four writes landed late, one was stale. */
const golden = join(import.meta.dirname, '../../../test/golden/stuck-write.tar.zst');

let root: string;
let dir: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'fenceline-golden-'));
  dir = join(root, 'stuck-write');
  const packed = await openEvidence(golden);
  await cp(packed.dir, dir, { recursive: true });
  await packed.close();
});
afterEach(async () => {
  await rm(root, { recursive: true, force: true });
});

/**
 * The definition of a stale overwrite, pair by pair, for a workload of unique bytes: the blocks on which bytes
 * whose write had succeeded were applied over others that were first sent after that, and that succeeded.
 */
function staleBlocks({ commands, applies }: History): number[] {
  const stale = new Set<number>();
  const covers = (it: { slba: number; blocks: number }, lba: number) =>
    it.slba <= lba && lba < it.slba + it.blocks;
  const writeOf = (lba: number, payload: number | undefined) => {
    const sent = commands.filter(
      (it) => it.op === 'write' && covers(it, lba) && it.payloads[lba - it.slba] === payload,
    );
    const done = sent.filter(({ status }) => status === 0).map(({ answeredAt }) => answeredAt);
    return { begun: Math.min(...sent.map(({ sentAt }) => sentAt)), done: Math.min(...done) };
  };
  const applied = applies.filter(({ appliedAt }) => appliedAt !== never);
  for (const [index, apply] of applied.entries()) {
    for (let lba = apply.slba; lba < apply.slba + apply.blocks; lba++) {
      const older = writeOf(lba, apply.payloads[lba - apply.slba]);
      for (const before of applied.slice(0, index)) {
        if (!covers(before, lba)) continue;
        const newer = writeOf(lba, before.payloads[lba - before.slba]);
        if (newer.done !== never && older.done < newer.begun) stale.add(lba);
      }
    }
  }
  return [...stale];
}

describe('a recording of real kernels', () => {
  it('is read without a doubt: every apply has one command, every connection is whole', async () => {
    const { history } = await judgeEvidence(dir);
    expect(history!.problems).toEqual([]);
    expect(history!.commands).toHaveLength(156);
    expect(history!.applies).toHaveLength(87);
    for (const { candidates } of history!.applies) {
      expect(candidates.map(({ length }) => length)).toEqual([1]);
    }
    expect(
      history!.associations.map(({ cntlid, katoMs, tbkas, giveUpBy }) => [
        cntlid,
        katoMs,
        tbkas,
        giveUpBy,
      ]),
    ).toEqual([
      [1, 5000, true, 'fin'],
      [100, 5000, true, null],
    ]);
  });

  it('shows the stale write, with the bytes that the application then read', async () => {
    const { verdict, shortfalls, history } = await judgeEvidence(dir);
    expect(shortfalls).toEqual([]);
    expect(verdict.verdict).toBe('violation');
    expect(verdict.inconclusive).toEqual([]);
    expect(verdict.profiles.map((it) => [it.name, it.verdict])).toEqual([
      ['cqt-zero-10s', 'violation'],
      ['cqt-zero-immediate', 'violation'],
      ['tp4129-strict', 'violation'],
    ]);
    expect(verdict.exercised).toEqual({
      outstanding: 8,
      completeUnapplied: 4,
      retriedEarly: 8,
      couldLand: 4,
      landedLate: 4,
      unattributed: 0,
    });
    expect(staleBlocks(history!)).toEqual([38]);
    const [stale, read, image, early, ...others] = verdict.findings;
    expect(others).toEqual([]);
    expect(stale).toMatchObject({
      rule: 'no-stale-overwrite',
      blame: 'host',
      blamed: 'host1',
      witness: { lba: 38, host: 'host1', path: 'A', otherPath: 'B' },
    });
    expect(stale!.sentence).toContain('(CID 0x0068) was applied by node A');
    expect(stale!.sentence).toContain(
      'the application read payload a3de83adee03be41 where it had been promised 8c905d358b4e38b3',
    );
    expect(read).toMatchObject({
      rule: 'reads-consistent',
      blame: 'host',
      blamed: 'host1',
      witness: { lba: 38, path: 'B' },
    });
    expect(image).toMatchObject({ rule: 'final-image', blame: 'host', witness: { lba: 38 } });
    expect(early).toMatchObject({ rule: 'no-early-retry', blame: 'host', harm: 'landed' });
    expect(early!.sentence).toContain('host1 sent 8 outstanding writes of path A again on path B');
  });

  it.each([
    ['captures/A.node.pcapng', 20_000],
    ['captures/B.host.pcapng', 20_000],
    ['backend/journal.fjl', 5000],
  ])('decides nothing when %s is cut', async (part, bytes) => {
    await truncate(join(dir, part), bytes);
    const { verdict } = await judgeEvidence(dir);
    expect(verdict.verdict).toBe('inconclusive');
    const about = verdict.inconclusive.filter(({ reason }) => reason.includes(' cut at byte '));
    expect(about).toHaveLength(1);
  });
});
