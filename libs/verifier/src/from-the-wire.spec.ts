import { buildHistory } from '@fenceline/history';
import { block, concat, TestAssociation, Traffic } from '@fenceline/history/testing';
import { describe, expect, it } from 'vitest';
import type { JudgeInput } from './input.js';
import { judged, statusOf } from './judge.testing.js';

/** Judges what the captures and the journal of some traffic hold. */
async function judgedTraffic(traffic: Traffic, input: Partial<JudgeInput> = {}) {
  return judged(await buildHistory(traffic.recording()), input);
}

/** A write is held behind node A, sent again on another association, overwritten there, and released. */
function landLate(traffic: Traffic, first: TestAssociation, reachAgain: () => TestAssociation) {
  first.write(1, 10, block(1));
  const held = traffic.received('A', 10, block(1));
  const second = reachAgain();
  for (const payload of [1, 2]) {
    // Well apart, so that no doubt is left about the order.
    traffic.tick(100e6);
    second.write(payload, 10, block(payload));
    traffic.apply('A', 10, block(payload));
    second.answer(payload);
  }
  traffic.tick(100e6);
  traffic.applied(held);
}

describe('recordings, judged from their frames on', () => {
  it('show the stale write of a node with two ports', async () => {
    const traffic = new Traffic();
    const one = new TestAssociation(traffic, traffic.link('A1', 'A'), { cntlid: 1 });
    const two = new TestAssociation(traffic, traffic.link('A2', 'A'), { cntlid: 2 });
    landLate(traffic, one, () => two);
    const { findings } = await judgedTraffic(traffic);
    expect(findings.find(({ rule }) => rule === 'no-stale-overwrite')).toMatchObject({
      blamed: 'host1',
      witness: { lba: 10, path: 'A1', otherPath: 'A2' },
    });
    expect(findings.find(({ rule }) => rule === 'no-early-retry')?.harm).toBe('landed');
  });

  it('show the same after a reconnect over the same port', async () => {
    const traffic = new Traffic();
    const link = traffic.link('A');
    const before = new TestAssociation(traffic, link, { cntlid: 1 });
    landLate(traffic, before, () => {
      before.io.close('host', 'rst', true);
      return new TestAssociation(traffic, link, { cntlid: 1 });
    });
    const { findings } = await judgedTraffic(traffic);
    expect(findings.find(({ rule }) => rule === 'no-stale-overwrite')).toMatchObject({
      blamed: 'host1',
      witness: { lba: 10, path: 'A', otherPath: 'A' },
    });
  });

  it('show a retransmission with other bytes, where the workload leaves its buffers alone', async () => {
    const traffic = new Traffic();
    const path = new TestAssociation(traffic, traffic.link('A'));
    const start = path.io.position('host');
    path.write(1, 10, concat(block(1), block(2)), { lost: true });
    const changed = path.writeCapsule(1, 10, concat(block(1), block(3)));
    const again = path.io.carrying('host', start, changed);
    traffic.sent(again);
    traffic.delivered(again);
    traffic.apply('A', 10, concat(block(1), block(3)));
    path.answer(1);
    const verdict = await judgedTraffic(traffic, { stableBuffers: true });
    expect(verdict.findings).toEqual([
      expect.objectContaining({
        rule: 'payload-stable',
        blamed: 'host1',
        witness: expect.objectContaining({ lba: 11 }) as unknown,
      }),
    ]);
    // What was delivered is what was applied: the target did nothing wrong.
    expect(statusOf(verdict, 'medium-equals-wire').status).toBe('held');
  });

  it('list every apply that no command explains, each with the reason, up to twenty', async () => {
    const traffic = new Traffic();
    const path = new TestAssociation(traffic, traffic.link('A'));
    path.write(1, 10, block(1));
    traffic.apply('A', 10, block(1));
    path.answer(1);
    traffic.apply('A', 10, block(1));
    for (let lba = 20; lba < 50; lba++) traffic.apply('A', lba, block(9));
    const { exercised, inconclusive } = await judgedTraffic(traffic);
    expect(exercised.unattributed).toBe(31);
    const listed = inconclusive.filter(({ reason }) => reason.includes(': journal#'));
    expect(listed).toHaveLength(20);
    expect(listed[0]!.reason).toMatch(
      /^31 applied requests that no command explains: journal#2 of node A on LBA 10 at .*: every command with these bytes had been answered before/,
    );
    expect(listed[1]!.reason).toMatch(
      /^another: journal#3 of node A on LBA 20 .*: no command with these bytes was sent to A$/,
    );
    expect(listed[19]!.reason).toMatch(/; the others are not listed$/);
  });
});
