import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { HistoryBuilder } from '../history-builder.testing.js';
import { judged, statusOf } from '../judge.testing.js';

const rule = 'fails-over-promptly';
const anaInaccessible = 0x302;

/** A write on A, answered with a status at 1 s, and one on B that shows that B works. */
function labWithRefusal({ answer = anaInaccessible, bWorks = true } = {}) {
  const lab = new HistoryBuilder();
  const a = lab.association({ link: 'A' });
  const b = lab.association({ link: 'B' });
  if (bWorks) lab.write(b, { lba: 99, bytes: 'before', sent: 10, applied: 11, answered: 12 });
  lab.command(a, { lba: 12, bytes: 'W', sent: 999, answered: 1000, status: answer });
  const again = (sent: number, over = b) =>
    lab.write(over, { lba: 12, bytes: 'W', sent, applied: sent + 1, answered: sent + 2 });
  return { lab, a, b, again };
}

const statusAt = (lab: HistoryBuilder) => statusOf(judged(lab.build()), rule).status;

describe(rule, () => {
  it.each([
    ['in the moment of the answer', 1000, 'held'],
    ['1 ms inside', 5999, 'held'],
    ['at the bound', 6000, 'held'],
    ['1 ms outside', 6001, 'violated'],
    ['never', null, 'violated'],
  ])('draws the line at the bound: %s', (_, sent, expected) => {
    const { lab, again } = labWithRefusal();
    if (sent !== null) again(sent);
    expect(statusAt(lab)).toBe(expected);
  });

  it('blames the host, and says how long it kept the write', () => {
    const { lab, again } = labWithRefusal();
    again(9000);
    const [finding] = judged(lab.build()).findings;
    expect(finding).toMatchObject({ rule, blame: 'host', blamed: 'host1' });
    expect(finding!.sentence).toContain(
      '(LBA 12, CID 0x3002 on host1 over A, CNTLID 1 (#0)) was sent again 8 s later',
    );
  });

  it.each([
    ['another error', { answer: 0x281 }],
    ['no other path that works', { bWorks: false }],
  ])('says nothing with %s', (_, options) => {
    expect(statusAt(labWithRefusal(options).lab)).toBe('not-judged');
  });

  it('holds where the same path takes it in time', () => {
    const { lab, a, again } = labWithRefusal();
    again(3000, a);
    expect(statusAt(lab)).toBe('held');
  });

  it('holds where it went in time, but its data was never sent in full', () => {
    const { lab, b } = labWithRefusal();
    lab.command(b, { lba: 12, bytes: 'W', sent: 3000, complete: null }).payloads = [];
    expect(statusAt(lab)).toBe('held');
  });

  it('says nothing of an application that was told of errors', () => {
    const { lab } = labWithRefusal();
    lab.event({
      t: 2000e6,
      kind: 'workload-end',
      host: 'host1',
      job: 'w',
      exitCode: 1,
      stopped: false,
      errors: 1,
      worstLatencyNs: null,
    });
    expect(statusAt(lab)).toBe('not-judged');
  });

  it('says what is not on the wire where nothing was refused', () => {
    const lab = new HistoryBuilder();
    lab.association({ link: 'A' });
    expect(statusOf(judged(lab.build()), rule).reason).toContain('is not on the wire');
  });

  it('a law: found are exactly those that wait longer than the bound', () => {
    const waits = fc.array(fc.integer({ min: 1, max: 12_000 }), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(waits, (all) => {
        const { lab, a, b, again } = labWithRefusal();
        again(1001);
        all.forEach((wait, index) => {
          const write = { lba: 20 + index, bytes: `X${index}` };
          lab.command(a, { ...write, sent: 1500, answered: 2000, status: anaInaccessible });
          const sent = 2000 + wait;
          lab.write(b, { ...write, sent, applied: sent + 1, answered: sent + 2 });
        });
        const late = all.filter((wait) => wait > 5000).length;
        const found = judged(lab.build()).findings.filter((it) => it.rule === rule);
        expect(found).toHaveLength(late > 0 ? 1 : 0);
        if (late > 0) expect(found[0]!.sentence).toContain(`kept ${late} write`);
      }),
      { numRuns: 200 },
    );
  });
});
