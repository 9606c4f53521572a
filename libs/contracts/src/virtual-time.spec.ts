import { assert, array, integer, property, record, boolean } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { VirtualTime } from './virtual-time.js';

describe('virtual time', () => {
  it('runs timers in the order of their times, and those of one moment in the order asked for', () => {
    const timers = array(record({ t: integer({ min: 0, max: 20 }), cancelled: boolean() }), {
      maxLength: 300,
    });
    assert(
      property(timers, (asked) => {
        const time = new VirtualTime();
        const ran: { t: number; index: number }[] = [];
        const cancels = asked.map(({ t }, index) =>
          time.at(t, () => {
            expect(time.now()).toBe(t);
            ran.push({ t, index });
          }),
        );
        asked.forEach(({ cancelled }, index) => {
          if (cancelled) cancels[index]!();
        });
        while (time.step());
        const kept = asked.flatMap(({ t, cancelled }, index) => (cancelled ? [] : [{ t, index }]));
        expect(ran).toEqual(kept.sort((a, b) => a.t - b.t || a.index - b.index));
      }),
    );
  });

  it('takes a time that has passed for now, and never calls back before `at` returns', () => {
    const time = new VirtualTime();
    time.runTo(100);
    const ran: number[] = [];
    time.at(40, () => {
      ran.push(1);
      time.at(0, () => ran.push(2));
      ran.push(3);
    });
    expect(ran).toEqual([]);
    time.runTo(100);
    expect(ran).toEqual([1, 3, 2]);
    expect(time.now()).toBe(100);
  });

  it('keeps whole nanoseconds', () => {
    const time = new VirtualTime();
    time.at(1.2, () => undefined);
    time.step();
    expect(time.now()).toBe(2);
  });

  it('can cancel what has run, and cancel twice', () => {
    const time = new VirtualTime();
    const cancel = time.at(1, () => undefined);
    expect(time.step()).toBe(true);
    cancel();
    cancel();
    expect(time.step()).toBe(false);
  });

  it('forgets what was cancelled, however far away it is', () => {
    const time = new VirtualTime();
    let ran = 0;
    for (let i = 0; i < 10_000; i++) {
      const cancel = time.at(1e15, () => ran++);
      time.runTo(i);
      cancel();
    }
    while (time.step());
    expect(ran).toBe(0);
    expect(time.now()).toBe(9_999);
  });
});
