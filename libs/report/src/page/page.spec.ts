import fc from 'fast-check';
import { Script } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { buildPicture } from '../picture/build-picture.js';
import { encodeItems } from '../picture/encode-items.js';
import { pictureItems, withinBudget, type PictureItem } from '../picture/items.js';
import { lanesOf } from '../picture/lanes.js';
import { itemKinds, itemMarks } from '../picture/picture.js';
import { base64 } from '../picture/varint.js';
import { stuckWrite } from '../stuck-write.testing.js';
import { decodeItems, type Bar } from './decode-items.js';
import { describeBar } from './describe-bar.js';
import { firstFrom } from './first-from.js';
import { firstVisible } from './first-visible.js';
import { latencyDecades } from './latency-decades.js';
import { latencyY } from './latency-y.js';
import { msText } from './ms-text.js';
import { packRows } from './pack-rows.js';
import { pageScript } from './page-script.js';
import { timeTicks } from './time-ticks.js';

const { verdict, history, plan } = stuckWrite();
const { laneOf } = lanesOf(history, plan);
const items = pictureItems(history, laneOf, new Map());
const decode = (encoded: string, count: number): Bar[] =>
  decodeItems(Buffer.from(encoded, 'base64').toString('latin1'), count, itemKinds, itemMarks);
const us = (ns: number) => Math.round(ns / 1000);

describe('the encoding of the picture', () => {
  it('brings every field of commands and applies to the page', () => {
    const bars = decode(encodeItems(items), items.length);
    expect(bars).toHaveLength(history.commands.length + history.applies.length);
    bars.forEach((bar, i) => {
      const { command, apply } = items[i]!;
      expect(bar.count).toBe(1);
      expect(bar.slba).toBe((command ?? apply)?.slba);
      if (command) {
        expect(bar.start).toBe(us(command.sentAt));
        expect([bar.cid, bar.qid, bar.opcode]).toEqual([command.cid, command.qid, command.opcode]);
        expect(bar.status).toBe(command.status ?? -1);
        expect(bar.open).toBe(!Number.isFinite(command.answeredAt));
        expect(bar.frame).toBe(command.sentFrame.frame);
        expect(bar.longest).toBe(bar.open ? -1 : bar.end - bar.start);
      } else if (apply) {
        expect(bar.end).toBe(us(apply.appliedAt));
        expect(bar.request).toBe(apply.request);
        expect(bar.held).toBe(apply.heldAt !== null);
      }
    });
  });

  it('writes base64 as everybody does', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        expect(base64(bytes)).toBe(Buffer.from(bytes).toString('base64'));
      }),
    );
  });

  it('groups ordinary items beyond the budget, and loses none', () => {
    const budget = 200;
    const kept = withinBudget(structuredClone(items), budget);
    const count = (list: readonly PictureItem[]) => list.reduce((sum, item) => sum + item.count, 0);
    expect(count(kept)).toBe(items.length);
    expect(kept.length).toBeLessThan(items.length);
    const open = (list: readonly PictureItem[]) => list.filter((item) => item.open).length;
    expect(open(kept)).toBe(open(items));
    const bars = decode(encodeItems(kept), kept.length);
    expect(bars.reduce((sum, bar) => sum + bar.count, 0)).toBe(items.length);
    // A group keeps the span of its latencies: the slowest and the quickest command stay in the plot.
    const slowest = (list: readonly { longest: number }[]) =>
      Math.max(...list.map(({ longest }) => longest));
    const quickest = (list: readonly { shortest: number }[]) =>
      Math.min(...list.map(({ shortest }) => shortest).filter((took) => took >= 0));
    expect(slowest(bars)).toBe(slowest(items));
    expect(quickest(bars)).toBe(quickest(items));
  });
});

describe('the picture of a stuck write', () => {
  const picture = buildPicture(verdict, history, plan);
  const bars = decode(picture.items, picture.itemCount);

  it('joins the original, where it landed, and what it destroyed', () => {
    const story = picture.stories[0]!;
    const bar = (i: number | null) => bars[i ?? -1]!;
    const { witness } = verdict.findings[0]!;
    const [sent] = witness.steps;
    expect(bar(story.original)).toMatchObject({ lane: 1, open: true, mark: 'stale' });
    expect(bar(story.original).start).toBe(Math.round(sent!.ms * 1000));
    expect(bar(story.apply)).toMatchObject({ lane: 4, kind: 'apply', held: true, mark: 'stale' });
    expect(bar(story.apply).end).toBe(Math.round(witness.steps.at(-1)!.ms * 1000));
    expect(bar(story.newer)).toMatchObject({ lane: 3, kind: 'write', mark: 'destroyed' });
    expect(bar(story.newerApply)).toMatchObject({ lane: 5, kind: 'apply', mark: 'destroyed' });
    expect(bar(story.newerApply).payload).toBe(bar(story.newer).payload);
    expect(
      new Set([story.original, story.apply, story.newer, story.newerApply].map((i) => bar(i).slba)),
    ).toEqual(new Set([witness.lba]));
  });

  it('shades faults on the lanes that they touch, and fences on the path that was given up', () => {
    expect(picture.faults.map(({ label, lanes }) => [label, lanes])).toEqual([
      ['hold writes of node A', [4]],
      ['drop link A', [0, 1]],
    ]);
    expect(picture.fences.map(({ lanes, profile }) => [lanes, profile])).toEqual([
      [[0, 1], 'cqt-zero-10s'],
      [[0, 1], 'cqt-zero-immediate'],
      [[0, 1], 'tp4129-strict'],
    ]);
  });

  it('starts at the workload, not at the boot', () => {
    expect(picture.focus.start).toBeGreaterThan(9_000_000);
    expect(picture.focus.end).toBeLessThanOrEqual(picture.end);
  });

  it('says of a bar what the recording knows', () => {
    const stale = describeBar(bars[picture.stories[0]!.apply!]!, picture, { msText });
    expect(stale.title).toBe('Stale write landed · medium, through A');
    const original = describeBar(bars[picture.stories[0]!.original!]!, picture, { msText });
    expect(original.title).toBe('Write · host1 over A to A, I/O queue 1');
    expect(Object.fromEntries(original.rows)).toMatchObject({ LBA: '7', answered: 'never' });
    const lost = { ...bars[picture.stories[0]!.original!]!, status: 0 };
    expect(Object.fromEntries(describeBar(lost, picture, { msText }).rows)).toMatchObject({
      answered: 'never: the answer was lost',
    });
  });
});

const bar = (start: number, end: number): Bar => ({
  ...decode(encodeItems(items.slice(0, 1)), 1)[0]!,
  lane: 0,
  start,
  end,
});

describe('rows', () => {
  const spans = fc
    .array(fc.tuple(fc.nat(1000), fc.nat(200)), { maxLength: 60 })
    .map((list) => list.map(([start, length]) => bar(start, start + length)))
    .map((list) => list.sort((a, b) => a.start - b.start));

  it('never lets two bars of a row overlap while rows are left', () => {
    fc.assert(
      fc.property(spans, (bars) => {
        const [lane] = packRows(bars, 1, 1000);
        expect(lane?.rows.flat()).toHaveLength(bars.length);
        for (const row of lane?.rows ?? []) {
          for (let i = 1; i < row.length; i++) {
            expect(row[i]!.start).toBeGreaterThanOrEqual(row[i - 1]!.end);
          }
        }
      }),
    );
  });

  it('finds the first bar that can be seen', () => {
    fc.assert(
      fc.property(spans, fc.nat(1300), (bars, t) => {
        for (const row of packRows(bars, 1, 1000)[0]?.rows ?? []) {
          const first = firstVisible(row, t);
          expect(row.slice(0, first).every((b) => b.end < t)).toBe(true);
        }
      }),
    );
  });
});

describe('a list in the order of time', () => {
  it('is entered where a moment is', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(100)), fc.nat(110), (times, t) => {
        const list = times.sort((a, b) => a - b).map((start) => ({ start }));
        const at = firstFrom(list, t);
        expect(list.slice(0, at).every(({ start }) => start < t)).toBe(true);
        expect(list.slice(at).every(({ start }) => start >= t)).toBe(true);
        expect(
          firstFrom(
            times.map((moment) => ({ t: moment })).sort((a, b) => a.t - b.t),
            t,
          ),
        ).toBe(at);
      }),
    );
  });
});

describe('the scale of latencies', () => {
  const panel = { top: 40, height: 124 };

  it('holds every latency, the longer the higher, and those without an answer above all', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(100_000_000), { minLength: 1 }), (latencies) => {
        const io = latencies.map((took) => ({ ...bar(0, took), shortest: took, longest: took }));
        const decades = latencyDecades(io);
        const places = latencies.sort((a, b) => a - b).map((us) => latencyY(us, panel, decades));
        for (let i = 1; i < places.length; i++)
          expect(places[i]).toBeLessThanOrEqual(places[i - 1]!);
        expect(places[0]).toBeLessThanOrEqual(panel.top + panel.height);
        expect(latencyY(-1, panel, decades)).toBeLessThan(places.at(-1)!);
        expect(latencyY(-1, panel, decades)).toBeGreaterThan(panel.top);
      }),
    );
  });

  it('has decades where nothing was answered', () => {
    const { low, high } = latencyDecades([]);
    expect(high).toBeGreaterThan(low);
  });
});

describe('the time axis', () => {
  it('has round, distinct labels at every scale', () => {
    fc.assert(
      fc.property(fc.nat(60_000_000), fc.integer({ min: 20, max: 200_000_000 }), (from, span) => {
        const ticks = timeTicks(from, from + span, 1200, 90);
        expect(ticks.length).toBeGreaterThan(3);
        expect(ticks.length).toBeLessThanOrEqual(15);
        expect(new Set(ticks.map((tick) => tick.label)).size).toBe(ticks.length);
      }),
    );
    expect(timeTicks(0, 10e6, 400, 90).map((tick) => tick.label)).toEqual(['0 s', '5 s', '10 s']);
  });
});

describe('the script of the page', () => {
  it('is one program that needs nothing but the page', () => {
    const script = pageScript();
    expect(script).not.toMatch(/<\/script|<!--|\bimport\b\s*[({'"]|__vi|https?:/);
    // It parses: what the browser gets is no half of a module.
    expect(() => new Script(script)).not.toThrow();
  });
});
