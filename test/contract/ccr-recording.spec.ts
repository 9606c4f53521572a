import { join } from 'node:path';
import { openEvidence, type OpenedEvidence } from '@fenceline/evidence';
import { judgeRecording, type JudgedRecording } from '@fenceline/judge';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectKernelToAgree } from '../support/kernel-says.js';
import { root } from '../support/run-fenceline.js';

/**
 * A run of scenarios/ccr/linux/reset-ends-fence.yaml, seed 1, with debian:6.1+ccr on both sides: the first recording
 * of a real Cross-Controller Reset, with its event and its log page.
 */
const golden = join(root, 'test/golden/reset-ends-fence.tar.zst');

let opened: OpenedEvidence;
let judged: JudgedRecording;
beforeAll(async () => {
  opened = await openEvidence(golden);
  judged = await judgeRecording(opened.dir, { evidence: golden });
});
afterAll(() => opened.close());

describe('a recording of a real Cross-Controller Reset', () => {
  it('shows the command, the event and the log page, and what they mean', () => {
    const { associations, commands } = judged.history!;
    const [lost, source] = associations;
    expect(lost).toMatchObject({ link: 'A', cntlid: 1, cqtMs: 20_000, tbkas: true, ccrl: 4 });
    expect(source).toMatchObject({ link: 'B', cntlid: 2, cqtMs: 20_000, giveUpBy: null });
    expect(lost!.ciu).not.toBe(source!.ciu);

    const of = (opcode: number) => commands.filter((it) => it.qid === 0 && it.opcode === opcode);
    const [ccr, ...more] = of(0x38);
    expect(more).toEqual([]);
    expect(ccr).toMatchObject({
      association: source!.id,
      status: 0,
      ccr: { icid: 1, ciu: lost!.ciu, cirn: lost!.cirn, immediate: false },
    });
    const event = of(0x0c).find((it) => it.event === 0x001e_f402)!;
    const log = commands.find((it) => it.ccrLog !== undefined)!;
    expect(log.ccrLog).toMatchObject({ announced: 1, entries: [{ icid: 1, status: 1 }] });
    const order = [ccr!.answeredAt, event.answeredAt, log.sentAt, log.answeredAt];
    expect(order).toEqual([...order].sort((a, b) => a - b));
    expect(lost).toMatchObject({
      ccrNamedAt: ccr!.sentAt,
      ccrSuccessSentAt: log.answerSentAt,
      ccrSuccessDeliveredAt: log.answeredAt,
      ccrSuccessAskedAt: log.completeAt,
    });
  });

  it('passes though its margins are below the uncertainty: cause orders what the stamps cannot', () => {
    const { verdict, history, shortfalls } = judged;
    const [lost] = history!.associations;
    expect(shortfalls).toEqual([]);
    expect(verdict.verdict).toBe('pass');
    const [margin] = verdict.margins;
    expect(margin).toMatchObject({ path: 'A', fenceEndBy: 'ccr' });
    const success = lost!.ccrSuccessDeliveredAt;
    const unsureMs = (2 * history!.uncertaintyAt(success)) / 1e6;
    expect(margin!.firstRetryMinusFenceEndMs).toBeGreaterThan(0);
    expect(margin!.firstRetryMinusFenceEndMs).toBeLessThan(unsureMs);
    expect(margin!.targetFenceEndMinusLastApplyMs).toBeGreaterThan(0);
    expect(margin!.targetFenceEndMinusLastApplyMs).toBeLessThan(unsureMs);

    // Taken away, nothing could be said.
    const { ccrSuccessAcknowledged, ccrSuccessAskedAt } = lost!;
    expect(ccrSuccessAcknowledged!.file).toBe('captures/B.host.pcapng');
    expect(ccrSuccessAskedAt).toBeLessThan(lost!.ccrSuccessSentAt);
  });

  it('judges every rule that a reset touches, and none of them for want of a look', () => {
    const status = new Map(judged.verdict.rules.map((it) => [it.rule, it.status]));
    for (const rule of [
      'no-early-retry',
      'no-write-after-fence',
      'no-stale-overwrite',
      'ccr-conformance',
      'keep-alive-duty',
      'fence-not-longer-than-needed',
      'recovers-in-time',
      'path-restored',
    ] as const) {
      expect([rule, status.get(rule)]).toEqual([rule, 'held']);
    }
  });

  it("agrees with the kernel's own log", async () => {
    await expectKernelToAgree(opened.dir, judged.verdict.margins[0]!);
  });
});
