import type { History } from '@fenceline/history';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HistoryBuilder } from '../history-builder.testing.js';
import { judged, statusOf } from '../judge.testing.js';

const rule = 'fence-not-longer-than-needed';

interface Options {
  givenUpAt?: number;
  by?: 'fin' | 'ccr';
  askedAt?: number;
  retryAt?: number;
  offered?: boolean;
  ccrl?: number;
  outstanding?: boolean;
}

/** A is lost: H is 1 s, it is given up at 8 s; B offers CCR. Without another word B must be asked by 13 s. */
function history(options: Options = {}): History {
  const { givenUpAt = 8000, by = 'fin', askedAt, retryAt, offered = true, ccrl = 4 } = options;
  const lab = new HistoryBuilder();
  const a = lab.association({ link: 'A', givenUp: { at: givenUpAt, by }, lastNewHostBytes: 1000 });
  const b = lab.association({ link: 'B' });
  Object.assign(a, offered ? { ciu: 3, cirn: 7n, ccrl: 4 } : {});
  Object.assign(b, offered ? { ciu: 5, cirn: 9n, ccrl } : {});
  lab.write(b, { lba: 99, bytes: 'before', sent: 10, applied: 11, answered: 12 });
  const answer = options.outstanding === false ? { answered: 1001 } : {};
  lab.command(a, { lba: 12, bytes: 'W', sent: 1000, ...answer });
  if (askedAt !== undefined) {
    const ccr = { icid: 1, ciu: 3, cirn: 7n, immediate: false };
    const command = lab.command(b, { lba: 0, bytes: [], sent: askedAt, answered: askedAt + 1 });
    Object.assign(command, { op: 'other', qid: 0, opcode: 0x38, ccr });
  }
  if (retryAt !== undefined) {
    const times = { sent: retryAt, applied: retryAt + 1, answered: retryAt + 2 };
    lab.write(b, { lba: 12, bytes: 'W', ...times });
  }
  return lab.build();
}

const judge = (it: History) => {
  const verdict = judged(it);
  return {
    ...statusOf(verdict, rule),
    findings: verdict.findings.filter((finding) => finding.rule === rule),
  };
};

describe(rule, () => {
  it.each([
    ['1 ms inside', 12_999, 'held'],
    ['at the bound', 13_000, 'held'],
    ['1 ms outside', 13_001, 'violated'],
    ['never', undefined, 'violated'],
  ])('draws the line at the bound: %s', (_, askedAt, expected) => {
    const { status, findings } = judge(history(askedAt === undefined ? {} : { askedAt }));
    expect(status).toBe(expected);
    if (expected === 'violated') {
      expect(findings[0]).toMatchObject({ blame: 'host', blamed: 'host1' });
      expect(findings[0]!.sentence).toContain(
        'held writes of host1 over A, CNTLID 1 (#0) and did not ask host1 over B, CNTLID 2 (#1)',
      );
    }
  });

  it('counts from H + 2 × KATO at the latest, where a give-up cannot be seen', () => {
    // 1 + 10 + 5 s.
    for (const [askedAt, expected] of [
      [16_000, 'held'],
      [16_001, 'violated'],
    ] as const) {
      expect(judge(history({ givenUpAt: askedAt, by: 'ccr', askedAt })).status).toBe(expected);
    }
  });

  it('is no concern of writes that went on before the bound: that is no-early-retry', () => {
    expect(judge(history({ retryAt: 12_999 })).status).toBe('held');
  });

  it('does not see writes held that may have gone on with data that was not sent in full', () => {
    const held = history({ retryAt: 12_999 });
    held.commands.find(({ sentAt }) => sentAt === 12_999e6)!.payloads = [];
    expect(judge(held).status).toBe('held');
  });

  it.each([
    ['nobody offers it', { offered: false }],
    ['the source has no slot', { ccrl: 0 }],
    ['nothing was outstanding', { outstanding: false }],
  ])('is not judged where %s', (_, options) => {
    expect(judge(history(options)).status).toBe('not-judged');
  });

  it('is not judged where no source was without a fault for as long as the bound', () => {
    const it = history();
    const fault = { id: 'f', describe: 'drop B', fault: 'drop', link: 'B', nodes: [] } as const;
    it.faults.push({ ...fault, start: 12_000e6, end: it.end });
    expect(judge(it).status).toBe('not-judged');
  });

  it('is judged of a source whose node has its writes held: one with two ports, as the lost one', () => {
    const held = (askedAt: number) => {
      const it = history({ askedAt });
      const fault = {
        id: 'h',
        describe: 'hold B',
        fault: 'hold',
        link: null,
        nodes: ['B'],
      } as const;
      it.faults.push({ ...fault, start: 900e6, end: it.end });
      return judge(it).status;
    };
    expect(held(13_000)).toBe('held');
    expect(held(13_001)).toBe('violated');
  });

  it.each<[string, { status?: number; asksC?: boolean }, string]>([
    ['the other source was never asked', {}, 'violated'],
    ['the other source was asked', { asksC: true }, 'held'],
    ['the refusal says that a reset is in progress', { status: 0x13f }, 'held'],
    ['the first source took it', { status: 0 }, 'held'],
  ])('asks for another source after a refusal: %s', (_, { status = 0x141, asksC }, expected) => {
    const lab = new HistoryBuilder();
    const a = lab.association({ link: 'A', givenUp: { at: 8000, by: 'fin' } });
    const b = lab.association({ link: 'B' });
    const c = lab.association({ link: 'C' });
    for (const it of [a, b, c]) Object.assign(it, { ciu: 3 + it.id, cirn: 7n, ccrl: 4 });
    for (const it of [b, c]) {
      lab.write(it, { lba: 90 + it.id, bytes: `${it.id}`, sent: 10, applied: 11, answered: 12 });
    }
    lab.command(a, { lba: 12, bytes: 'W', sent: 1000 });
    const ccr = { icid: 1, ciu: 3, cirn: 7n, immediate: false };
    const admin = { opcode: 0x38, name: 'Cross-Controller Reset', ccr };
    lab.admin(b, { ...admin, sent: 9000, answered: 9001, status });
    if (asksC === true) lab.admin(c, { ...admin, sent: 14_000, answered: 14_001, status: 0 });
    const { status: judgedAs, findings } = judge(lab.build());
    expect(judgedAs).toBe(expected);
    if (expected === 'violated') {
      expect(findings[0]!.sentence).toContain('did not ask host1 over C');
      expect(findings[0]!.witness.steps[0]).toMatchObject({ ms: 9001 });
    }
  });

  it.each([
    ['asked for it again', 9000, 'held'],
    ['did not ask', null, 'violated'],
  ])('takes no CCR of an older instance for one of this: the host %s', (_, askedAt, expected) => {
    const lab = new HistoryBuilder();
    const instance = (ciu: number) => ({ cntlid: 1, ciu, cirn: BigInt(ciu), ccrl: 4 });
    const older = { link: 'A', givenUp: { at: 2000, by: 'ccr' }, controller: instance(3) } as const;
    lab.association(older);
    const b = lab.association({
      link: 'B',
      controller: { cntlid: 2, ciu: 9, cirn: 9n, ccrl: 1 },
    });
    const a = lab.association({
      link: 'A',
      connected: 5000,
      givenUp: { at: 8000, by: 'fin' },
      controller: instance(4),
    });
    lab.write(b, { lba: 99, bytes: 'before', sent: 10, applied: 11, answered: 12 });
    lab.command(a, { lba: 12, bytes: 'W', sent: 6000 });
    const ask = (sent: number, ciu: number) => {
      const ccr = { icid: 1, ciu, cirn: BigInt(ciu), immediate: false };
      const admin = { opcode: 0x38, name: 'Cross-Controller Reset', ccr, status: 0x141 };
      lab.admin(b, { ...admin, sent, answered: sent + 1 });
    };
    ask(2000, 3);
    if (askedAt !== null) ask(askedAt, 4);
    expect(judge(lab.build()).status).toBe(expected);
  });

  it('a law: found is exactly who asks too late', () => {
    const times = fc.integer({ min: 8001, max: 40_000 });
    fc.assert(
      fc.property(times, (askedAt) => {
        expect(judge(history({ askedAt })).findings).toHaveLength(askedAt > 13_000 ? 1 : 0);
      }),
      { numRuns: 100 },
    );
  });
});
