import { NS_PER_MS, VirtualTime } from '@fenceline/contracts';
import { describe, expect, it } from 'vitest';
import { KeepAlive } from './keep-alive.js';

/** A keep alive with KATO 1 s whose commands are answered when the test says so. */
function started(tbkas: boolean) {
  const time = new VirtualTime();
  const sentAt: number[] = [];
  let answered: () => void = () => undefined;
  let traffic = -1;
  const keepAlive = new KeepAlive({
    scheduler: time,
    katoMs: 1_000,
    tbkas,
    lastAnsweredSentAt: () => traffic,
    send: (_, whenAnswered) => {
      sentAt.push(time.now() / NS_PER_MS);
      answered = whenAnswered;
    },
  });
  keepAlive.start();
  return {
    time,
    sentAt,
    keepAlive,
    answer: () => answered(),
    hasTraffic: () => (traffic = time.now()),
    runTo: (ms: number) => time.runTo(ms * NS_PER_MS),
  };
}

describe('the keep alive of a host', () => {
  it('sends one every half KATO', () => {
    const { sentAt, answer, runTo } = started(false);
    runTo(500);
    answer();
    runTo(1_000);
    expect(sentAt).toEqual([500, 1_000]);
  });

  it('by traffic, looks every quarter of KATO and sends one where nothing was answered', () => {
    const { sentAt, hasTraffic, runTo } = started(true);
    runTo(100);
    hasTraffic();
    runTo(499);
    expect(sentAt).toEqual([]);
    runTo(500);
    expect(sentAt).toEqual([500]);
  });

  it('stops for good, though an answer still comes', () => {
    const { time, sentAt, keepAlive, answer, runTo } = started(false);
    runTo(500);
    keepAlive.stop();
    answer();
    expect(time.step()).toBe(false);
    expect(sentAt).toEqual([500]);
  });
});
