import { decodePackets } from './packets.testing.js';
import { FrameHeaders, parseFrame, tcpFlag } from '@fenceline/capture';
import { array, assert, constantFrom, integer, property, record } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FrameWriter } from '../../frame-writer.js';
import { host, node, TwoStacks } from './two-stacks.testing.js';

const bytes = (length: number, from = 0): Uint8Array =>
  Uint8Array.from({ length }, (_, index) => (from + index * 7) & 0xff);

describe('TCP on virtual time', () => {
  it('opens, carries bytes both ways, and ends in order', () => {
    const stacks = new TwoStacks();
    const client = stacks.dial();
    stacks.pass(1);
    const server = stacks.accepted[0]!;
    expect([client.isOpen, server.isOpen]).toEqual([true, true]);
    client.connection.send(bytes(100));
    client.connection.send(bytes(200_000));
    server.connection.send(bytes(50));
    stacks.pass(10);
    expect(server.bytes).toEqual([...bytes(100), ...bytes(200_000)]);
    expect(client.bytes).toEqual([...bytes(50)]);
    client.connection.send(bytes(3));
    client.connection.end();
    stacks.pass(10);
    expect(server.bytes).toHaveLength(200_103);
    expect([client.isClosed, server.isClosed]).toEqual([true, true]);
  });

  it('says nothing more than needed where nothing is lost', () => {
    const stacks = new TwoStacks();
    const client = stacks.dial();
    stacks.pass(1);
    client.connection.send(bytes(10));
    client.connection.send(bytes(10));
    stacks.pass(1000);
    const flags = decodePackets(stacks.link.capture('host')).map(({ flags: set, length }) => [
      set,
      length,
    ]);
    // SYN, SYN-ACK, ACK, both messages in one segment, a delayed acknowledgement.
    expect(flags).toEqual([
      [0x02, 0],
      [0x12, 0],
      [0x10, 0],
      [0x18, 20],
      [0x10, 0],
    ]);
  });

  it('answers a connection that nobody waits for with RST', () => {
    const stacks = new TwoStacks();
    const client = stacks.dial(4421);
    stacks.pass(1);
    expect([client.isOpen, client.isClosed]).toEqual([false, true]);
  });

  it('sends again with growing pauses while the link is down, and goes on when it is up', () => {
    const stacks = new TwoStacks();
    const client = stacks.dial();
    stacks.pass(1);
    stacks.link.drop('both');
    client.connection.send(bytes(5000));
    stacks.pass(3001);
    stacks.link.restore('both');
    stacks.pass(4000);
    expect(stacks.accepted[0]!.bytes).toEqual([...bytes(5000)]);
    const sent = decodePackets(stacks.link.capture('host')).filter(({ length }) => length > 0);
    expect(sent.map(({ t }) => Math.round((t - sent[0]!.t) / 1e8))).toEqual([0, 2, 6, 14, 30, 62]);
  });

  it('gives up in the end', () => {
    const stacks = new TwoStacks();
    const client = stacks.dial();
    stacks.pass(1);
    stacks.link.drop('both');
    client.connection.send(bytes(1));
    stacks.pass(20 * 60_000);
    expect(client.isClosed).toBe(true);
    const late = stacks.dial();
    stacks.pass(3 * 60_000);
    expect([late.isOpen, late.isClosed]).toEqual([false, true]);
  });

  it('delivers what was held in order, with the RST behind it', () => {
    const stacks = new TwoStacks();
    const client = stacks.dial();
    stacks.pass(1);
    stacks.link.hold('to-node');
    client.connection.send(bytes(4000));
    stacks.pass(700);
    client.connection.abort();
    stacks.pass(100);
    const server = stacks.accepted[0]!;
    expect([server.bytes.length, server.isClosed]).toEqual([0, false]);
    stacks.link.restore('to-node');
    stacks.pass(10);
    expect(server.bytes).toEqual([...bytes(4000)]);
    expect(server.isClosed).toBe(true);
    expect(client.isClosed).toBe(false);
  });

  it('resets a connection whose other side is gone, also where bytes before the RST were lost', () => {
    const stacks = new TwoStacks();
    const client = stacks.dial();
    stacks.pass(1);
    stacks.link.drop('to-node');
    client.connection.send(bytes(4000));
    stacks.pass(1);
    stacks.link.restore('to-node');
    client.connection.abort();
    stacks.pass(10);
    const server = stacks.accepted[0]!;
    expect([server.bytes.length, server.isClosed]).toEqual([0, true]);
  });

  it('is reset at both ends by forged frames, and says nothing of it itself', () => {
    const stacks = new TwoStacks();
    // In the end the node's acknowledgement of all that the host sent.
    const last = new FrameHeaders();
    stacks.link.observe((frame, from) => {
      if (from === 'node') parseFrame(frame, last);
    });
    const client = stacks.dial();
    stacks.pass(1);
    client.connection.send(bytes(4000));
    stacks.pass(100);
    const reset = { acknowledgement: 0, flags: tcpFlag.rst, window: 0 };
    const { sourcePort, destinationPort, sequence, acknowledgement } = last;
    const toHost = { ...reset, sourcePort, destinationPort, sequence };
    const toNode = {
      ...reset,
      sourcePort: destinationPort,
      destinationPort: sourcePort,
      sequence: acknowledgement,
    };
    stacks.link.forge('host', () => new FrameWriter(node, host).frame(toHost, 0));
    stacks.link.forge('node', () => new FrameWriter(host, node).frame(toNode, 0));
    expect([client.isClosed, stacks.accepted[0]!.isClosed]).toEqual([true, true]);
    stacks.pass(10);
    const resets = decodePackets(stacks.link.capture('host')).filter(({ flags }) => flags & 0x04);
    expect(resets).toMatchObject([{ flags: 0x04, length: 0 }]);
  });

  it('tells the other side with RST when data come for a connection that was aborted unheard', () => {
    const stacks = new TwoStacks();
    const client = stacks.dial();
    stacks.pass(1);
    stacks.link.drop('to-node');
    client.connection.abort();
    stacks.pass(1);
    stacks.link.restore('to-node');
    const server = stacks.accepted[0]!;
    server.connection.send(bytes(10));
    stacks.pass(10);
    expect(server.isClosed).toBe(true);
  });

  it('carries every stream whole through any faults of the link, and the same way each time', () => {
    const action = record({
      what: constantFrom('send', 'answer', 'drop', 'hold', 'restore'),
      direction: constantFrom('both', 'to-node', 'to-host'),
      bytes: integer({ min: 1, max: 70_000 }),
      ms: integer({ min: 0, max: 900 }),
    });
    const play = (actions: { what: string; direction: string; bytes: number; ms: number }[]) => {
      const stacks = new TwoStacks();
      const client = stacks.dial();
      stacks.pass(1);
      const server = stacks.accepted[0]!;
      const sent = { client: [] as number[], server: [] as number[] };
      for (const { what, direction, bytes: count, ms } of actions) {
        const way = direction as 'both';
        const data = bytes(count, ms);
        if (what === 'send') {
          client.connection.send(data);
          for (const byte of data) sent.client.push(byte);
        } else if (what === 'answer') {
          server.connection.send(data);
          for (const byte of data) sent.server.push(byte);
        } else if (what === 'drop') stacks.link.drop(way);
        else if (what === 'hold') stacks.link.hold(way);
        else stacks.link.restore(way);
        stacks.pass(ms);
      }
      client.connection.end();
      stacks.link.restore('both');
      stacks.pass(300_000);
      expect(server.bytes.length).toBe(sent.client.length);
      expect(Buffer.from(server.bytes).equals(Buffer.from(sent.client))).toBe(true);
      expect(Buffer.from(client.bytes).equals(Buffer.from(sent.server))).toBe(true);
      expect([client.isClosed, server.isClosed]).toEqual([true, true]);
      return (['host', 'node'] as const).map((end) => Buffer.concat(stacks.link.capture(end)));
    };
    assert(
      property(array(action, { maxLength: 12 }), (actions) => {
        const again = play(actions);
        play(actions).forEach((capture, index) => {
          expect(capture.equals(again[index]!)).toBe(true);
        });
      }),
      { numRuns: 25 },
    );
  });
});
