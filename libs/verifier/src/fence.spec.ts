import { never } from '@fenceline/history';
import { describe, expect, it } from 'vitest';
import { hostFenceEnd, lastKeepAlives, targetBound, targetFenceEnd } from './fence.js';
import { HistoryBuilder, type AssociationOptions } from './history-builder.testing.js';
import { profiles, type Profile } from './profiles.js';

const [tenSeconds, immediate, strict] = profiles as [Profile, Profile, Profile];
const history = new HistoryBuilder().build();

function association(options: Partial<AssociationOptions> = {}) {
  const lab = new HistoryBuilder();
  const made = lab.association({ link: 'A', lastNewHostBytes: 2000, ...options });
  lab.build();
  made.lastCompleteAt = 1000e6;
  return made;
}

describe('host fence end', () => {
  it.each([
    ['TBKAS, CQT 0', true, 0, [27_000, 8000, 17_000]],
    ['no TBKAS, CQT 0', false, 0, [22_000, 8000, 12_000]],
    ['TBKAS, CQT 1 ms', true, 1, [17_001, 17_001, 17_001]],
    ['no TBKAS, CQT 700 ms', false, 700, [12_700, 12_700, 12_700]],
  ])(
    'counts H + hold, or ends with the give-up where none is asked for: %s',
    (_, tbkas, cqtMs, expected) => {
      const ends = profiles.map((profile) =>
        hostFenceEnd(history, association({ tbkas, cqtMs }), 8000e6, profile),
      );
      expect(ends.map(({ at, by }) => ({ at, by }))).toEqual(
        expected.map((ms) => ({ at: ms * 1e6, by: 'time' })),
      );
    },
  );

  it('starts at the give-up where the profile says so', () => {
    const profile: Profile = { ...strict, holdStart: 'give-up' };
    expect(hostFenceEnd(history, association(), 8000e6, profile).at).toBe(23_000e6);
  });

  it('is ended by CCR success or a confirmed reset, whichever is first', () => {
    const made = association({ ccrSuccessDelivered: 9000 });
    expect(hostFenceEnd(history, made, 8000e6, tenSeconds)).toMatchObject({
      at: 9000e6,
      by: 'ccr',
    });
    made.resetConfirmedDeliveredAt = 8500e6;
    expect(hostFenceEnd(history, made, 8000e6, tenSeconds)).toMatchObject({
      at: 8500e6,
      by: 'reset',
    });
  });

  it('may have been ended sooner by what was stamped later', () => {
    const made = association({ ccrSuccessDelivered: 16_990 });
    // H, from which the time is counted, may be 50 ms late; nothing else.
    const late = { ...history, uncertaintyAt: (t: number) => (t === 2000e6 ? 50e6 : 0) };
    expect(hostFenceEnd(late, made, 8000e6, strict)).toEqual({
      at: 16_990e6,
      by: 'ccr',
      soonest: 16_950e6,
      latest: 16_990e6,
    });
  });

  it('is the give-up itself where no hold is asked for, whatever the socket still sends later', () => {
    const made = association();
    made.lastNewHostBytesAt = 8010e6;
    expect(hostFenceEnd(history, made, 8000e6, immediate).at).toBe(8000e6);
  });

  it('does not come for an association that is not given up', () => {
    expect(hostFenceEnd(history, association(), never, immediate).at).toBe(never);
  });
});

describe('target', () => {
  it('has no fence end by time', () => {
    expect(targetFenceEnd(history, association()).at).toBe(never);
    expect(targetFenceEnd(history, association({ ccrSuccessSent: 9000 }))).toMatchObject({
      at: 9000e6,
      by: 'ccr',
    });
  });

  it.each([
    [tenSeconds, 21_000e6],
    [immediate, never],
    [strict, 11_000e6],
  ])('is bound by time as the profile counts CQT 0: $name', (profile, at) => {
    expect(targetBound(association(), 0, profile)).toBe(at);
  });

  it('is bound from the last Keep Alive where TBKAS is not set', () => {
    expect(targetBound(association({ tbkas: false }), 4000e6, strict)).toBe(9000e6);
  });

  it('promised nothing without a keep-alive time-out', () => {
    expect(targetBound(association({ katoMs: 0 }), 0, tenSeconds)).toBe(never);
  });

  it('takes the last Keep Alive that became complete', () => {
    const lab = new HistoryBuilder();
    const a = lab.association({ link: 'A' });
    for (const [sent, complete] of [
      [100, 101],
      [200, null],
    ] as const) {
      const command = lab.command(a, { lba: 0, bytes: [], sent, complete });
      command.opcode = 0x18;
      command.qid = 0;
    }
    const history = lab.build();
    expect(lastKeepAlives(history.associations, history.commands)).toEqual([101e6]);
  });
});
