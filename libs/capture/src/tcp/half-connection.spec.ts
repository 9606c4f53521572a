import { describe, expect, it } from 'vitest';
import { tcpFlag } from '../frame/index.js';
import { HalfConnection } from './half-connection.js';

/** A node's direction, of which a test tells what was delivered; gives the times of the RSTs that were taken. */
function delivering(): {
  resets: number[];
  deliver: (sequence: number, text: string, flags: number) => void;
} {
  const resets: number[] = [];
  const nothing = { push: () => undefined };
  const ignore = () => undefined;
  const half = new HalfConnection({
    sent: nothing,
    delivered: nothing,
    onClosed: ignore,
    onNeverSent: ignore,
    onNeverDelivered: ignore,
    onGap: ignore,
    onReset: (t) => void resets.push(t),
  });
  let t = 0;
  const deliver = (sequence: number, text: string, flags: number) => {
    const bytes = new TextEncoder().encode(text);
    const place = { bytes, start: 0, end: bytes.length, t: ++t, frame: t };
    const ports = { from: 'node' as const, hostPort: 50_000, nodePort: 4420 };
    half.take('delivered', { ...ports, ...place, sequence, flags, acknowledgement: 0 });
  };
  deliver(900, '', tcpFlag.syn);
  deliver(901, 'ab', tcpFlag.ack);
  return { resets, deliver };
}

describe('a RST that is delivered', () => {
  it('is taken at the number that is expected next, and at no other', () => {
    for (const [sequence, taken] of [
      [902, false],
      [903, true],
      [904, false],
    ] as const) {
      const { resets, deliver } = delivering();
      deliver(sequence, '', tcpFlag.rst);
      expect(resets, String(sequence)).toHaveLength(taken ? 1 : 0);
    }
  });

  it('is taken behind the FIN and at it, once all before the FIN was delivered', () => {
    for (const [sequence, taken] of [
      [904, false],
      [905, true],
      [906, true],
      [907, false],
    ] as const) {
      const { resets, deliver } = delivering();
      deliver(903, 'cd', tcpFlag.fin | tcpFlag.ack);
      deliver(sequence, '', tcpFlag.rst);
      expect(resets, String(sequence)).toHaveLength(taken ? 1 : 0);
    }
    const { resets, deliver } = delivering();
    deliver(905, 'ef', tcpFlag.fin | tcpFlag.ack);
    deliver(908, '', tcpFlag.rst);
    expect(resets).toEqual([]);
  });
});
