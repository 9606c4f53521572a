import { TestConnection, Traffic } from '@fenceline/history/testing';
import type { Digests } from '@fenceline/nvme';
import { queueTalk } from './pdus.js';

/** A frame as a capture at the host's port has it. */
export interface SeenFrame {
  t: number;
  bytes: Uint8Array;
}

/** What a capture at the host's port has of some traffic. */
export function framesSeen(make: (traffic: Traffic) => void): SeenFrame[] {
  const traffic = new Traffic();
  const seen: SeenFrame[] = [];
  traffic.tap = ({ from, bytes }, view, t) => {
    if (view === (from === 'host' ? 'sent' : 'delivered')) seen.push({ bytes: bytes.slice(), t });
  };
  make(traffic);
  return seen;
}

/** The frames of a connection: its handshake, all its PDUs in segments of odd sizes, some sent again, its end. */
export function framesOfQueue(qid: number, digests: Digests = {}): SeenFrame[] {
  return framesSeen((traffic) => {
    const connection = new TestConnection(traffic, traffic.link('A'));
    queueTalk(qid, digests).forEach(({ from, bytes }, index) => {
      const start = connection.position(from);
      const frames = connection.send(from, bytes, { splits: [60, 100, 300] });
      if (index % 5 === 2) traffic.sent(connection.again(from, start, start + 30));
      if (index % 7 === 3) traffic.delivered(frames[0]!);
      connection.receivedAll(from);
    });
    connection.close('host', 'fin');
    connection.close('node', 'fin');
  });
}
