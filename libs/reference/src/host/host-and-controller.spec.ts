import { fioOptionsSchema, NS_PER_MS, NS_PER_S } from '@fenceline/contracts';
import { describe, expect, it } from 'vitest';
import type { ArrayNodeOptions } from '../controller/array-node.js';
import { TestLab } from '../controller/scripted-host.testing.js';
import type { Connection, ConnectionUser, Dialer } from '../transport.js';
import { seeded } from './host-setup.testing.js';
import { HostTap } from './host-tap.testing.js';
import { ReferenceHost } from './reference-host.js';
import type { HostSettings } from './settings.js';
import { readBack } from './workload/read-back.js';
import type { WorkloadResult } from './workload/tally.js';
import { Workload } from './workload/workload.js';

const LATENCY_NS = 50_000;

/** A host and a node of two ports, joined in memory by links that can be cut, in virtual time. */
class Pair implements Dialer {
  readonly lab = new TestLab();
  readonly tap = new HostTap(this.lab.time);
  readonly log: string[] = [];
  readonly cut = new Set<string>();
  readonly host: ReferenceHost;
  readonly node;

  constructor(node: Partial<ArrayNodeOptions> = {}, host: Partial<HostSettings> = {}) {
    this.node = this.lab.node(node);
    this.host = new ReferenceHost({
      scheduler: this.lab.time,
      log: (line) => this.log.push(line),
      dialer: this,
      hostNqn: 'nqn.2026-01.io.fenceline:host-1',
      hostId: new Uint8Array(16).fill(1),
      subsystemNqn: 'nqn.2026-01.io.fenceline:array',
      paths: [{ name: '1' }, { name: '2' }],
      keepAliveMs: 5_000,
      reconnectDelayMs: 2_000,
      ctrlLossTimeoutMs: null,
      ioTimeoutMs: 3_000,
      queues: 2,
      ioPolicy: 'round-robin',
      fence: { policy: 'ccr' },
      ...host,
    });
  }

  connect(path: string, user: ConnectionUser & { opened(): void }): Connection {
    const tapped = this.tap.connection(path);
    const ends = { host: true, node: true };
    const later = (callback: () => void) => {
      this.lab.time.at(this.lab.time.now() + LATENCY_NS, () => {
        if (!this.cut.has(path)) callback();
      });
    };
    const close = (side: 'host' | 'node', other: () => ConnectionUser | null) => () => {
      ends[side] = false;
      later(() => other()?.closed());
    };
    let atNode: ConnectionUser | null = null;
    const toHost: Connection = {
      send: (bytes) =>
        later(() => {
          if (!ends.host) return;
          tapped.delivered(bytes);
          user.received(bytes);
        }),
      end: close('node', () => (ends.host ? user : null)),
      abort: close('node', () => (ends.host ? user : null)),
    };
    later(() => {
      if (!ends.host) return;
      atNode = this.node.accept(Number(path), toHost);
      later(() => {
        if (ends.host) user.opened();
      });
    });
    return {
      send: (bytes) => {
        if (!ends.host) throw new Error('bytes are sent on a closed connection');
        tapped.sent(bytes);
        later(() => {
          if (ends.node) atNode?.received(bytes);
        });
      },
      end: close('host', () => (ends.node ? atNode : null)),
      abort: close('host', () => (ends.node ? atNode : null)),
    };
  }

  /** Connects both paths. */
  live(): this {
    const started = { live: false };
    this.host.start(() => (started.live = true));
    this.lab.pass(100);
    expect(started.live).toBe(true);
    return this;
  }

  /** Runs until something has come about. */
  until(isSo: () => boolean): void {
    const last = this.lab.time.now() + 60 * NS_PER_S;
    while (!isSo() && this.lab.time.now() < last) this.lab.time.step();
    expect(isSo(), this.log.join('\n')).toBe(true);
  }

  workload(options: Record<string, unknown>): { result: WorkloadResult | null } {
    const fio = fioOptionsSchema.parse({ size: '64k', runtime: '2s', ...options });
    const end: { result: WorkloadResult | null } = { result: null };
    new Workload(this.host, this.lab.time, seeded(7), fio, (result) => (end.result = result));
    return end;
  }
}

describe('the reference host before the reference controller', () => {
  it.each([
    ['without digests', {}],
    ['with header digests', { header: true }],
    ['with digests', { header: true, data: true }],
  ])('reads what it wrote, in capsules and by R2T, %s', (_, digests) => {
    const pair = new Pair({}, { digests }).live();
    const small = pair.workload({
      rw: 'randrw',
      numjobs: 2,
      offset_increment: '64k',
      rate_iops: 100,
    });
    const large = pair.workload({
      rw: 'randrw',
      bs: '32k',
      size: '256k',
      offset: '256k',
      fsync: 3,
      rate_iops: 100,
    });
    pair.until(() => small.result !== null && large.result !== null);
    expect(small.result).toMatchObject({ ok: true, staleReads: 0 });
    expect(large.result).toMatchObject({ ok: true, staleReads: 0 });
    expect(small.result!.writes + large.result!.writes).toBeGreaterThan(200);
  });

  it('keeps its associations alive without traffic, with and without TBKAS', () => {
    for (const tbkas of [true, false]) {
      const pair = new Pair({ settings: { tbkas } }).live();
      pair.lab.pass(60_000);
      expect(pair.tap.associations).toHaveLength(2);
    }
  });

  it('finds the ports of the array', () => {
    const pair = new Pair().live();
    let found: unknown;
    pair.host.discover('1', (ports) => (found = ports));
    pair.lab.pass(10);
    expect(found).toMatchObject([
      { portId: 1, address: '10.0.1.1', service: '4420' },
      { portId: 2, address: '10.0.2.1', service: '4420' },
    ]);
  });

  /** Discovers while the log page changes before the steps of the lab that are meant. */
  function discoverAmidChanges(changesBefore: (step: number) => boolean) {
    const pair = new Pair().live();
    const end: { found: unknown; steps: number } = { found: null, steps: 0 };
    pair.host.discover('1', (found) => (end.found = found));
    for (; end.found === null; end.steps++) {
      if (changesBefore(end.steps)) pair.node.discoveryChanged();
      pair.lab.time.step();
    }
    return end;
  }

  it('reads the discovery log page anew where it changes meanwhile, and gives up in the end', () => {
    const quiet = discoverAmidChanges(() => false);
    const disturbed = Array.from({ length: quiet.steps }, (_, at) =>
      discoverAmidChanges((step) => step === at),
    );
    for (const { found } of disturbed) expect(found).toEqual(quiet.found);
    expect(disturbed.some(({ steps }) => steps > quiet.steps)).toBe(true);
    const { found } = discoverAmidChanges(() => true);
    expect(found).toEqual({ error: 'the Discovery log page changes all the time' });
  });

  it('goes on a few ms after a deferred reset has succeeded', () => {
    const pair = new Pair({ settings: { ccr: { takesMs: 1_000 } } }).live();
    const end = pair.workload({
      numjobs: 8,
      rate_iops: 50,
      offset_increment: '64k',
      runtime: '20s',
    });
    pair.lab.pass(1_000);
    pair.node.holdWrites(1);
    pair.lab.pass(100);
    pair.cut.add('1');
    pair.until(() => pair.log.some((line) => line.includes('attempting CCR')));
    pair.lab.pass(900);
    expect(pair.tap.retries()).toEqual([]);
    pair.lab.pass(200);
    expect(pair.log.some((line) => line.includes('CCR succeeded using nvme1'))).toBe(true);
    const retries = pair.tap.retries();
    expect(retries.length).toBeGreaterThan(0);
    for (const { original, retry } of retries) {
      const afterMs = (retry.sentAt - original.association.resetToldAt) / NS_PER_MS;
      expect(afterMs).toBeGreaterThanOrEqual(0);
      expect(afterMs).toBeLessThan(10);
    }
    pair.node.releaseWrites(1);
    pair.cut.clear();
    pair.until(() => end.result !== null);
    expect(end.result).toMatchObject({ ok: true });
    expect(pair.host.stateOf('1')).toBe('LIVE');
  });

  it('follows the ANA state of its paths', () => {
    const pair = new Pair().live();
    const end = pair.workload({ rate_iops: 100, iodepth: 4 });
    const pathsUsed = (from: number) =>
      new Set(
        pair.tap.commands
          .filter(({ qid, sentAt, opcode }) => qid > 0 && opcode === 1 && sentAt > from)
          .map(({ association }) => association.path),
      );
    pair.lab.pass(500);
    expect([...pathsUsed(0)].sort()).toEqual(['1', '2']);
    pair.node.setAnaState(1, 'inaccessible');
    pair.lab.pass(50);
    const inaccessibleFrom = pair.lab.time.now();
    pair.lab.pass(500);
    expect([...pathsUsed(inaccessibleFrom)]).toEqual(['2']);
    pair.node.setAnaState(1, 'optimized');
    pair.node.setAnaState(2, 'non-optimized');
    pair.lab.pass(50);
    const changedFrom = pair.lab.time.now();
    pair.lab.pass(500);
    expect([...pathsUsed(changedFrom)]).toEqual(['1']);
    pair.until(() => end.result !== null);
    expect(end.result).toMatchObject({ ok: true });
  });

  it('reads ranges back through one path, and not through one that is lost', () => {
    const pair = new Pair().live();
    const ends: unknown[] = [];
    const ranges = [
      { offset: 0, length: 300 * 1024 },
      { offset: 512 * 1024, length: 4096 },
    ];
    readBack(pair.host, '2', ranges, (end) => ends.push(end));
    pair.lab.pass(100);
    const reads = pair.tap.commands.filter(({ qid, opcode }) => qid > 0 && opcode === 2);
    expect(reads.map(({ association, slba }) => [association.path, slba])).toEqual([
      ['2', 0],
      ['2', 32],
      ['2', 64],
      ['2', 128],
    ]);
    pair.cut.add('2');
    pair.until(
      () => pair.host.stateOf('2') === 'FENCING' || pair.host.stateOf('2') === 'CONNECTING',
    );
    readBack(pair.host, '2', ranges, (end) => ends.push(end));
    pair.lab.pass(1);
    expect(ends).toEqual([{ ok: true }, { ok: false, error: 'EIO' }]);
  });
});
