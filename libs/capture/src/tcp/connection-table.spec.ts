import { describe, expect, it } from 'vitest';
import { tcpFlag } from '../frame/index.js';
import { ConnectionTable, type OpenedConnection } from './connection-table.js';
import type { HalfConnectionListener } from './half-connection.js';
import type { Segment } from './segment.js';
import type { Side, View } from './side.js';

/** A table whose connections write down what they hear. */
function observed() {
  const log: string[] = [];
  const opened: OpenedConnection[] = [];
  const half = (name: string): HalfConnectionListener => {
    const note = (view: View) => ({
      push: (bytes: Uint8Array, start: number, end: number, t: number) =>
        void log.push(`${name} ${view} ${String.fromCharCode(...bytes.slice(start, end))} @${t}`),
    });
    return {
      sent: note('sent'),
      delivered: note('delivered'),
      onClosed: (by, t) => void log.push(`${name} ${by} @${t}`),
      onChanged: (position, t) => void log.push(`${name} changed ${position} @${t}`),
      onNeverSent: (position, t) => void log.push(`${name} never sent ${position} @${t}`),
      onNeverDelivered: (position) => void log.push(`${name} never delivered ${position}`),
      onGap: (view, position) => void log.push(`${name} ${view} gap ${position}`),
    };
  };
  const table = new ConnectionTable((one) => {
    opened.push(one);
    const id = opened.length;
    return { toNode: half(`${id}→node`), toHost: half(`${id}→host`) };
  });
  let t = 0;
  const take = (
    view: View,
    from: Side,
    sequence: number,
    text: string,
    flags: number = tcpFlag.ack,
    acknowledgement = 0,
  ) => {
    const bytes = Uint8Array.from(text, (letter) => letter.charCodeAt(0));
    const segment: Segment = {
      from,
      hostPort: 50_000,
      nodePort: 4420,
      sequence,
      acknowledgement,
      flags,
      bytes,
      start: 0,
      end: bytes.length,
      t: ++t,
      frame: t,
    };
    table.take(view, segment);
  };
  const shake = (isn: number) => {
    take('sent', 'host', isn, '', tcpFlag.syn);
    take('delivered', 'host', isn, '', tcpFlag.syn);
  };
  return { log, opened, table, take, shake };
}

describe('ConnectionTable', () => {
  it('tells bytes once as sent and once as delivered, with a lost segment delivered by its retransmission', () => {
    const { log, take, shake } = observed();
    shake(100);
    take('sent', 'host', 101, 'ab');
    take('sent', 'host', 103, 'cd');
    take('delivered', 'host', 103, 'cd');
    take('sent', 'host', 101, 'ab');
    take('delivered', 'host', 101, 'ab');
    expect(log).toEqual([
      '1→node sent ab @3',
      '1→node sent cd @4',
      '1→node delivered ab @7',
      '1→node delivered cd @7',
    ]);
  });

  it('tells a retransmission that carries other bytes, until they are acknowledged', () => {
    const { log, take, shake } = observed();
    shake(100);
    take('sent', 'host', 101, 'abcd');
    take('sent', 'host', 101, 'abXd');
    expect(log.at(-1)).toBe('1→node changed 2 @4');
    take('delivered', 'host', 101, 'abXd');
    take('sent', 'node', 900, '', tcpFlag.ack, 105);
    take('delivered', 'node', 900, '', tcpFlag.ack, 105);
    take('sent', 'host', 101, 'abYd');
    expect(log.at(-1)).toBe('1→node delivered abXd @5');
  });

  it('tells the first FIN or RST of each end, as it was sent', () => {
    const { log, take, shake } = observed();
    shake(100);
    take('sent', 'host', 101, '', tcpFlag.fin | tcpFlag.ack);
    take('sent', 'host', 101, '', tcpFlag.rst);
    take('delivered', 'node', 900, '', tcpFlag.rst);
    take('sent', 'node', 900, '', tcpFlag.rst);
    expect(log).toEqual(['1→node fin @3', '1→host rst @6']);
  });

  it('begins another connection when a port is used again, not when its SYN is repeated', () => {
    const { log, opened, take, shake } = observed();
    shake(100);
    shake(100);
    take('sent', 'host', 101, 'ab');
    shake(7000);
    take('sent', 'host', 7001, 'cd');
    expect(opened).toHaveLength(2);
    expect(log).toEqual(['1→node sent ab @5', '2→node sent cd @8']);
  });

  it('takes up a connection in its middle, and says so', () => {
    const { log, opened, take } = observed();
    take('sent', 'host', 5000, '');
    expect(opened).toHaveLength(0);
    take('sent', 'host', 5000, 'ab');
    take('delivered', 'host', 4990, 'old');
    expect(opened[0]!.fromItsBeginning).toBe(false);
    expect(log).toEqual(['1→node sent ab @2']);
  });

  it('contradicts a delivery of what was never sent, and an ACK of what was never delivered', () => {
    const { log, table, take, shake } = observed();
    shake(100);
    take('delivered', 'host', 101, 'ab');
    take('sent', 'host', 101, 'abcd');
    take('sent', 'node', 900, '', tcpFlag.ack, 105);
    table.finish(100);
    expect(log).toEqual([
      '1→node never sent 2 @3',
      '1→node delivered ab @3',
      '1→node sent abcd @4',
      '1→node never delivered 4',
    ]);
  });

  it('does not take an acknowledged FIN for a byte', () => {
    const { log, table, take, shake } = observed();
    shake(100);
    take('sent', 'host', 101, 'ab', tcpFlag.fin | tcpFlag.ack);
    take('delivered', 'host', 101, 'ab', tcpFlag.fin | tcpFlag.ack);
    take('sent', 'node', 900, '', tcpFlag.ack, 104);
    table.finish(100);
    expect(log).toEqual(['1→node sent ab @3', '1→node fin @3', '1→node delivered ab @4']);
  });
});
