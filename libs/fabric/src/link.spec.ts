import { readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { captureBacklogBytes, longestFrame } from './limits.js';
import { Link } from './link.js';
import { fileHandlePrototype, framed, TestLink, TestPeer } from './link.testing.js';

let test: TestLink;

beforeEach(async () => {
  test = await TestLink.open();
});

afterEach(async () => {
  await test.remove();
});

/** Frames that are told apart by their number. */
function numbered(count: number, length = 60): string[] {
  return Array.from({ length: count }, (_, index) => String(index).padStart(length, '.'));
}

async function untilPaused(link: Link): Promise<void> {
  while (!link.stats().toNode.paused) await new Promise((resolve) => setImmediate(resolve));
}

describe('a link without faults', () => {
  it('carries frames both ways, unchanged and in order', async () => {
    const { host, node } = await test.connect();
    const down = numbered(500, 1514);
    const up = numbered(300, 60);
    host.send(...down);
    node.send(...up);
    expect(await node.received(500)).toEqual(down);
    expect(await host.received(300)).toEqual(up);
    expect(test.link.stats()).toMatchObject({
      toNode: { state: 'up', sent: 500, delivered: 500, waitingBytes: 0, paused: false },
      toHost: { state: 'up', sent: 300, delivered: 300, waitingBytes: 0, paused: false },
    });
  });

  it('captures each frame where it was sent and where it arrived, in the order of the clock', async () => {
    const { host, node } = await test.connect();
    host.send('question');
    await node.received(1);
    node.send('answer');
    await host.received(1);
    await test.link.flush();
    const atHost = (await test.capture('host')).packets;
    const atNode = (await test.capture('node')).packets;
    expect(atHost).toMatchObject([
      { text: 'question', direction: 'outbound', comments: [] },
      { text: 'answer', direction: 'inbound', comments: [] },
    ]);
    expect(atNode).toMatchObject([
      { text: 'question', direction: 'inbound', comments: [] },
      { text: 'answer', direction: 'outbound', comments: [] },
    ]);
    const order = [atHost[0]!.t, atNode[0]!.t, atNode[1]!.t, atHost[1]!.t];
    expect(order).toEqual(order.toSorted((a, b) => a - b));
  });

  it('carries frames that come in pieces', async () => {
    const { host, node } = await test.connect();
    const stream = Buffer.concat([framed('first'), framed('x'.repeat(longestFrame))]);
    let start = 0;
    for (const end of [3, 7, 12, 1_000, 40_000, stream.length]) {
      host.socket.write(stream.subarray(start, end));
      start = end;
      await new Promise((resolve) => setImmediate(resolve));
    }
    const frames = await node.received(2);
    expect(frames[0]).toBe('first');
    expect(frames[1]).toHaveLength(longestFrame);
  });

  it('keeps what it holds as it was sent, however much is read meanwhile', async () => {
    const { host, node } = await test.connect();
    test.link.hold('to-node');
    const texts = Array.from({ length: 400 }, (_, i) => `${i} `.repeat(200));
    const back = Array.from({ length: 400 }, (_, i) => `back ${i} `.repeat(100));
    const sent = test.sent(texts.length + back.length);
    for (const text of texts) host.send(text);
    for (const text of back) node.send(text);
    await sent;
    test.link.restore('to-node');
    expect(await node.received(texts.length)).toEqual(texts);
    expect(await host.received(back.length)).toEqual(back);
  });

  it('shows an observer each frame as it is sent and as it is delivered, until it ends', async () => {
    const { host, node } = await test.connect();
    const seen: string[] = [];
    const end = test.link.observe((frame, from, t, delivered) => {
      expect(t).toBeGreaterThan(0);
      seen.push(`${Buffer.from(frame).toString()} ${from} ${delivered}`);
    });
    host.send('one', 'two');
    await node.received(2);
    node.send('three');
    await host.received(1);
    end();
    host.send('four');
    await node.received(3);
    expect(seen.filter((line) => line.includes('host'))).toEqual([
      'one host false',
      'two host false',
      'one host true',
      'two host true',
    ]);
    expect(seen.slice(4)).toEqual(['three node false', 'three node true']);
  });
});

describe('a forged frame', () => {
  it('arrives past every fault, before what is held, and only its receiver captures it', async () => {
    const { host, node } = await test.connect();
    test.link.hold('to-node');
    const sent = test.sent(1);
    host.send('held');
    await sent;
    const seen: unknown[] = [];
    test.link.observe((frame, from, _t, delivered) => {
      seen.push([Buffer.from(frame).toString(), from, delivered]);
    });
    test.link.forge('node', () => Buffer.from('forged'));
    await node.received(1);
    test.link.restore('to-node');
    expect(await node.received(2)).toEqual(['forged', 'held']);
    expect(seen[0]).toEqual(['forged', 'host', true]);
    await test.link.flush();
    const [first] = (await test.capture('node')).packets;
    expect(first).toMatchObject({ text: 'forged', direction: 'inbound' });
    expect(first!.comments).toContain('fault: forged by link A');
    const atHost = (await test.capture('host')).packets;
    expect(atHost.map(({ text }) => text)).toEqual(['held']);
  });

  it('is made when the receiver has taken what was on its way, and goes before all that waits', async () => {
    const { host, node } = await test.connect({ nodeReads: false });
    const texts = numbered(40, 60_000);
    host.send(...texts);
    await untilPaused(test.link);
    const deliveredBefore = test.link.stats().toNode.delivered;
    let deliveredWhenMade = -1;
    test.link.forge('node', () => {
      deliveredWhenMade = test.link.stats().toNode.delivered;
      return Buffer.from('forged');
    });
    expect(deliveredWhenMade).toBe(-1);
    node.read();
    const frames = await node.received(texts.length + 1);
    expect(deliveredWhenMade).toBe(deliveredBefore + 1);
    expect(frames.indexOf('forged')).toBe(deliveredWhenMade);
    expect(frames.filter((text) => text !== 'forged')).toEqual(texts);
  });
});

describe('a fault', () => {
  it('drops every frame in both directions, and says so in the captures', async () => {
    const { host, node } = await test.connect();
    test.link.drop('both');
    const sent = test.sent(2);
    host.send('lost');
    node.send('lost too');
    await sent;
    test.link.restore('both');
    host.send('found');
    node.send('found too');
    expect(await node.received(1)).toEqual(['found']);
    expect(await host.received(1)).toEqual(['found too']);
    await test.link.flush();
    const { packets } = await test.capture('host');
    const [lost, found] = packets.filter(({ direction }) => direction === 'outbound');
    expect(lost!.comments).toContain('fault: dropped, link A down to-node');
    expect(found!.comments).not.toContain('fault: dropped, link A down to-node');
    const comments = packets.flatMap((packet) => packet.comments).join('\n');
    expect(comments).toMatch(/fault begins: link A down to-node from \d+\.\d{6} s/);
    expect(comments).toMatch(/fault begins: link A down to-host from/);
    expect(comments).toMatch(/fault ends: link A down to-node for \d+\.\d{6} s, until/);
    const arrived = (await test.capture('node')).packets.filter((p) => p.direction === 'inbound');
    expect(arrived.map(({ text }) => text)).toEqual(['found']);
    expect(test.link.stats().toNode).toMatchObject({ sent: 2, delivered: 1, dropped: 1 });
  });

  it.each([
    ['to-node', 'host', 'node'],
    ['to-host', 'node', 'host'],
  ] as const)('drops one way only (%s)', async (direction, from, to) => {
    const peers = await test.connect();
    test.link.drop(direction);
    const sent = test.sent(1);
    peers[from].send('lost');
    await sent;
    peers[to].send('other way');
    expect(await peers[from].received(1)).toEqual(['other way']);
    expect(peers[to].frames).toEqual([]);
  });

  it('begins with the first packet behind it at each vantage point, whichever way that goes', async () => {
    const { host, node } = await test.connect();
    test.link.drop('to-node');
    node.send('answer');
    await host.received(1);
    await test.link.flush();
    for (const end of ['host', 'node'] as const) {
      const { packets } = await test.capture(end);
      expect(packets[0]!.comments[0]).toMatch(/^fault begins: link A down to-node/);
    }
  });

  it('holds frames and releases them in order, before those that come later', async () => {
    const { host, node } = await test.connect();
    test.link.hold('to-node');
    const held = numbered(100);
    const sent = test.sent(100);
    host.send(...held);
    await sent;
    expect(node.frames).toEqual([]);
    expect(test.link.stats().toNode).toMatchObject({ state: 'hold', waitingBytes: 6_400 });
    test.link.restore('to-node');
    host.send('later');
    expect(await node.received(101)).toEqual([...held, 'later']);
    await test.link.flush();
    const sentPackets = (await test.capture('host')).packets;
    const arrived = (await test.capture('node')).packets;
    expect(sentPackets[7]!.comments).toEqual(['fault: held, link A holds to-node']);
    expect(arrived[7]!.comments).toHaveLength(1);
    expect(arrived[7]!.comments[0]).toMatch(
      /^fault: released after 0\.\d{6} s, link A holds to-node$/,
    );
    expect(arrived[7]!.t).toBeGreaterThan(sentPackets[99]!.t);
    expect(arrived[100]!.comments).toEqual([]);
  });

  it('keeps held frames through a drop, until it is restored', async () => {
    const { host, node } = await test.connect();
    test.link.hold('both');
    let sent = test.sent(1);
    host.send('held');
    await sent;
    test.link.drop('both');
    sent = test.sent(1);
    host.send('lost');
    await sent;
    test.link.restore('both');
    host.send('later');
    expect(await node.received(2)).toEqual(['held', 'later']);
  });

  it('may be set and ended by an observer that sees a frame', async () => {
    const { host, node } = await test.connect();
    test.link.observe((frame, _from, _t, delivered) => {
      const text = Buffer.from(frame).toString();
      if (delivered) return;
      if (text === 'hold') test.link.hold('to-node');
      if (text === 'release') test.link.restore('to-node');
    });
    let sent = test.sent(1);
    host.send('hold');
    await sent;
    sent = test.sent(2);
    host.send('held', 'release');
    await sent;
    expect(await node.received(3)).toEqual(['hold', 'held', 'release']);
    await test.link.flush();
    for (const end of ['host', 'node'] as const) {
      const order = (await test.capture(end)).packets.map(({ t }) => t);
      expect(order).toEqual(order.toSorted((a, b) => a - b));
    }
  });

  it('changes nothing when it is set again', async () => {
    const { host, node } = await test.connect();
    test.link.drop('to-node');
    test.link.drop('both');
    test.link.restore('both');
    test.link.restore('both');
    host.send('frame');
    await node.received(1);
    await test.link.flush();
    const { comments } = (await test.capture('node')).packets[0]!;
    expect(comments.map((text) => text.replace(/ (from|for) .*/, ''))).toEqual([
      'fault begins: link A down to-node',
      'fault begins: link A down to-host',
      'fault ends: link A down to-node',
      'fault ends: link A down to-host',
    ]);
  });
});

describe('back-pressure', () => {
  const highWater = 128 * 1024;
  /** What may be beyond the mark: the chunk that crossed it, one that Node had read, one frame. */
  const slack = 2 * 64 * 1024 + longestFrame;

  beforeEach(async () => {
    await test.remove();
    test = await TestLink.open({ highWater });
  });

  it('stops reading the sender of a receiver that does not read, and goes on when it does', async () => {
    const { host, node } = await test.connect({ nodeReads: false });
    const frames = numbered(4_000, 1_514);
    host.send(...frames);
    await untilPaused(test.link);
    expect(test.link.stats().toNode.waitingBytes).toBeLessThanOrEqual(highWater + slack);
    expect(host.socket.writableLength).toBeGreaterThan(0);
    node.read();
    expect(await node.received(frames.length)).toEqual(frames);
    expect(test.link.stats().toNode).toMatchObject({ waitingBytes: 0, paused: false });
  });

  it('knows exactly which frames a slow receiver has been given', async () => {
    const { host, node } = await test.connect({ nodeReads: false });
    host.send(...numbered(4_000, 1_514));
    await untilPaused(test.link);
    await test.link.close();
    const closed = node.closed();
    node.read();
    await closed;
    const arrived = (await test.capture('node')).packets;
    expect(arrived.length).toBeGreaterThan(0);
    expect(node.frames).toEqual(arrived.map(({ text }) => text));
  });

  it('is bounded while frames are held, lets the other way pass, and drops without a bound', async () => {
    const { host, node } = await test.connect();
    test.link.hold('to-node');
    const frames = numbered(1_000, 1_514);
    host.send(...frames);
    await untilPaused(test.link);
    expect(test.link.stats().toNode.waitingBytes).toBeLessThanOrEqual(highWater + slack);
    node.send('other way');
    expect(await host.received(1)).toEqual(['other way']);
    const { sent } = test.link.stats().toNode;
    const rest = test.sent(frames.length - sent);
    test.link.drop('to-node');
    await rest;
    test.link.restore('to-node');
    expect(await node.received(sent)).toEqual(frames.slice(0, sent));
  });
});

describe('the file of a capture', () => {
  afterEach(() => {
    vi.restoreAllMocks();
  });

  it('that is slow stops the senders, and loses nothing', async () => {
    const { host, node } = await test.connect();
    const prototype = await fileHandlePrototype();
    const write = Reflect.get(prototype, 'write') as (...args: unknown[]) => Promise<never>;
    let goOn = (): void => undefined;
    const slow = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    vi.spyOn(prototype, 'write').mockImplementation(async function (
      this: unknown,
      ...args: unknown[]
    ) {
      await slow;
      return Reflect.apply(write, this, args);
    });
    const frames = numbered(12_000, 1_514);
    host.send(...frames);
    await untilPaused(test.link);
    expect(test.link.stats().toNode.sent * 1_514).toBeLessThan(2 * captureBacklogBytes);
    goOn();
    expect(await node.received(frames.length)).toEqual(frames);
    await test.link.flush();
    for (const end of ['host', 'node'] as const) {
      expect((await test.capture(end)).packets.map(({ text }) => text)).toEqual(frames);
    }
  });

  it('that cannot be written fails the link', async () => {
    const { host, node } = await test.connect();
    const noSpace = new Error('ENOSPC: no space left on device');
    vi.spyOn(await fileHandlePrototype(), 'write').mockRejectedValue(noSpace);
    host.send('frame');
    expect((await test.link.failed).message).toMatch(/^cannot write the capture .*ENOSPC/);
    await Promise.all([host.closed(), node.closed()]);
  });
});

describe('an end of a link', () => {
  it('that closes is an event, loses what was on its way to it, and may be connected again', async () => {
    const { host, node } = await test.connect();
    const gone = new Promise((resolve) => test.link.once('disconnected', resolve));
    node.socket.destroy();
    expect(await gone).toBe('node');
    const sent = test.sent(1);
    host.send('nobody there');
    await sent;
    const back = new Promise((resolve) => test.link.once('connected', resolve));
    const next = new TestPeer(test.options.nodeSocket);
    expect(await back).toBe('node');
    host.send('somebody there');
    expect(await next.received(1)).toEqual(['somebody there']);
    await test.link.flush();
    const { packets } = await test.capture('host');
    expect(packets.map(({ comments }) => comments)).toEqual([
      ["not delivered: nothing is connected at the node's end"],
      [],
    ]);
    expect(test.link.stats().toNode).toMatchObject({ sent: 2, delivered: 1, undelivered: 1 });
  });

  it('that dies while frames are written to it does not count as having received them', async () => {
    const { host, node } = await test.connect({ nodeReads: false });
    host.send(...numbered(2_000, 1_514));
    while (test.link.stats().toNode.waitingBytes === 0) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    const gone = new Promise((resolve) => test.link.once('disconnected', resolve));
    const rest = test.sent(2_000 - test.link.stats().toNode.sent);
    node.socket.destroy();
    await Promise.all([gone, rest]);
    const { sent, delivered, undelivered, waitingBytes } = test.link.stats().toNode;
    expect(undelivered).toBeGreaterThan(0);
    expect({ sent, waitingBytes }).toEqual({ sent: delivered + undelivered, waitingBytes: 0 });
  });

  it('takes one QEMU at a time', async () => {
    const { host, node } = await test.connect();
    const second = new TestPeer(test.options.nodeSocket);
    await second.closed();
    host.send('frame');
    expect(await node.received(1)).toEqual(['frame']);
    expect(second.frames).toEqual([]);
  });

  it('that closes inside a frame fails the link', async () => {
    const { host, node } = await test.connect();
    host.socket.end(framed('whole').subarray(0, 6));
    expect((await test.link.failed).message).toBe(
      "link A, stream of the host's network card: its socket ended inside a frame",
    );
    await node.closed();
  });

  it('that sends a wrong length fails the link, after the frames before it', async () => {
    const { host, node } = await test.connect();
    host.socket.write(Buffer.concat([framed('good'), Buffer.alloc(4)]));
    expect((await test.link.failed).message).toMatch(
      /^link A, stream of the host's network card: a frame cannot be 0 bytes long/,
    );
    await node.closed();
    expect(node.frames).toEqual(['good']);
    await test.link.close();
    expect((await test.capture('node')).packets.map(({ text }) => text)).toEqual(['good']);
  });
});

describe('opening and closing', () => {
  it('makes sockets that only their owner can use', async () => {
    for (const path of [test.options.hostSocket, test.options.nodeSocket]) {
      expect((await stat(path)).mode & 0o777).toBe(0o600);
    }
  });

  it.runIf(process.getuid?.() === 0)('gives the sockets to an unprivileged user', async () => {
    await test.remove();
    test = await TestLink.open({ owner: { uid: 65_534, gid: 65_534 } });
    expect(await stat(test.options.nodeSocket)).toMatchObject({ uid: 65_534, gid: 65_534 });
  });

  it('leaves the captures and nothing else, and may be closed twice', async () => {
    const { host, node } = await test.connect();
    host.send('last');
    await node.received(1);
    test.link.hold('to-node');
    const sent = test.sent(1);
    host.send('never released');
    await sent;
    await Promise.all([test.link.close(), test.link.close()]);
    await Promise.all([host.closed(), node.closed()]);
    expect((await readdir(test.folder)).sort()).toEqual(['A.host.pcapng', 'A.node.pcapng']);
    expect((await test.capture('host')).packets).toHaveLength(2);
    const { packets, summary } = await test.capture('node');
    expect(packets.map(({ text }) => text)).toEqual(['last']);
    expect(summary.cut).toBeNull();
  });

  it('rejects the wait for a connection when it is closed before', async () => {
    const { connected } = test.link;
    await test.link.close();
    await expect(connected).rejects.toThrow(/link A was closed before both ends were connected/);
  });

  it('leaves nothing when a socket is taken or a folder is missing', async () => {
    const taken = join(test.folder, 'taken.sock');
    await writeFile(taken, '');
    const captures = { host: join(test.folder, 'B.host'), node: join(test.folder, 'B.node') };
    const hostSocket = join(test.folder, 'b.sock');
    const before = await readdir(test.folder);
    const opening = (nodeSocket: string): Promise<Link> =>
      Link.open({ ...test.options, name: 'B', hostSocket, nodeSocket, captures });
    await expect(opening(taken)).rejects.toThrow(/cannot listen on .*exists already/);
    await expect(opening(join(test.folder, 'none', 'b'))).rejects.toThrow(/cannot listen on/);
    await expect(opening(join(test.folder, 'x'.repeat(100)))).rejects.toThrow(/shorter folder/);
    await expect(
      Link.open({
        ...test.options,
        captures: { ...captures, node: join(test.folder, 'none', 'b') },
      }),
    ).rejects.toThrow(/cannot create the capture/);
    expect(await readdir(test.folder)).toEqual(before);
  });
});
