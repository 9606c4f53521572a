import { itemKinds, type TimelineHeader } from '@fenceline/report/timeline';
import { describe, expect, it } from 'vitest';
import { openTimeline } from '../read/open-timeline.js';
import { TileSet } from '../read/tile-set.js';
import { facts, item, MemorySource, timelineFile } from '../read/timeline.testing.js';
import { bandsOf } from './bands.js';
import { hitTest, momentAt, type Drawn, type Hit } from './hit-test.js';
import { scaleOf } from './scale.js';

const window = { from: 0, to: 100_000 };
const scale = scaleOf(window, 1000);
const apply = itemKinds.indexOf('apply');
const signal = {
  ...{ t: 70_000, lane: 1, kind: 'ccr' as const, label: 'CCR' },
  ...{ title: 'Cross-Controller Reset', rows: [] },
};

async function open(): Promise<{ header: TimelineHeader; drawn: Drawn }> {
  const items = [
    item(0, { start: 10_000, end: 40_000 }),
    item(1, { start: 20_000, end: 50_000 }),
    item(2, { start: 20_000, end: 50_000, lane: 1 }),
    item(3, { start: 10_000, end: 60_000, lane: 2, kind: apply }),
  ];
  const lines = [{ t: 30_000, vm: 'host1', text: 'starting error recovery' }];
  const source = new MemorySource(timelineFile(items, { signals: [signal] }, lines));
  const header = await openTimeline(source);
  const set = new TileSet(header, source, () => undefined);
  set.show(window, 1000);
  await new Promise((done) => setTimeout(done));
  const loaded = set.show(window, 1000);
  return { header, drawn: { ...loaded, signals: header.signals, vms: header.consoles.vms } };
}

const idOf = (hit: Hit | null): number | null =>
  hit?.kind === 'item' ? hit.tile.item(hit.row).id : null;

describe('what is at a point', () => {
  it('is the bar of the row there, and nothing beside it', async () => {
    const { header, drawn } = await open();
    const bands = bandsOf(header);
    const band = bands.ofLane[0]!;
    const at = (us: number, row: number) =>
      idOf(hitTest(scale.x(us), band.items + (row + 0.4) * band.rowHeight, scale, bands, drawn));
    expect(band.rowHeight).toBeGreaterThan(0);
    expect(at(15_000, 0)).toBe(0);
    expect(at(45_000, 1)).toBe(1);
    expect(at(90_000, 0)).toBeNull();
    expect(at(9_700, 0)).toBe(0);
  });

  it('is an apply on the medium where it landed', async () => {
    const { header, drawn } = await open();
    const bands = bandsOf(header);
    const medium = bands.list.find(({ kind }) => kind === 'medium')!;
    const at = (us: number) => idOf(hitTest(scale.x(us), medium.top + 20, scale, bands, drawn));
    expect([at(60_200), at(30_000)]).toEqual([3, null]);
  });

  it('is a signal above the bars, a console line in the heading of its VM, a step on the axis', async () => {
    const { header, drawn } = await open();
    const bands = bandsOf(header);
    const lane = bands.ofLane[1]!;
    expect(hitTest(scale.x(70_000) + 3, lane.signals!, scale, bands, drawn)).toEqual({
      kind: 'signal',
      signal,
    });
    const host = bands.list.find(({ kind }) => kind === 'host')!;
    expect(hitTest(scale.x(30_000), host.top + 4, scale, bands, drawn)).toMatchObject({
      kind: 'line',
      line: { text: 'starting error recovery' },
      count: 1,
    });
    expect(momentAt(500, scale, [{ t: 50_100, label: 'drop A' }])).toMatchObject({
      kind: 'moment',
    });
    expect(momentAt(500, scale, [{ t: 60_000, label: 'drop A' }])).toBeNull();
  });
});

describe('bands', () => {
  it('are hosts with paths and queues, nodes, and the medium, one below the other', async () => {
    const { header } = await open();
    const { list, height } = bandsOf(header);
    expect(list.map(({ kind, label }) => `${kind} ${label}`)).toEqual([
      'host host1',
      'path path A → A',
      'queue I/O queue 1',
      'path path B → B',
      'queue I/O queue 1',
      'node A',
      'applies received until applied',
      'node B',
      'applies received until applied',
      'medium medium',
    ]);
    list.reduce((bottom, band) => {
      expect(band.top).toBeGreaterThanOrEqual(bottom);
      return band.top + band.height;
    }, 0);
    expect(height).toBe(list.at(-1)!.top + list.at(-1)!.height);
    expect(facts.lanes).toHaveLength(4);
  });
});
