import type { IndexedFinding, ItemPlace } from '@fenceline/report/timeline';
import { describe, expect, it } from 'vitest';
import { landingOf } from './landing.js';
import { storyPoints } from './story-points.js';

const place = (role: ItemPlace['role'], start: number, end: number): ItemPlace => ({
  ...{ role, apply: role === 'apply' || role === 'newerApply', id: 0, lane: 0, row: 0, start, end },
});

const finding: IndexedFinding = {
  ...{ finding: 0, rule: 'no-stale-overwrite', lba: 4, start: 0, end: 9000, sentence: '' },
  steps: [
    { t: 1000, what: 'sent' },
    { t: 5000, what: 'given up' },
    { t: 8000, what: 'newer one applied' },
    { t: 9000, what: 'older one applied' },
    { t: 9000, what: 'newer one answered' },
  ],
  places: [
    place('original', 1000.4, 7000),
    place('apply', 2000, 9000.2),
    place('newer', 7500, 9000.1),
    place('newerApply', 7700, 8000),
  ],
};

describe('the points of a story', () => {
  it('are the steps that are moments of its items, each moment once', () => {
    const points = storyPoints(finding).map(({ number, place: { role }, at }) => [
      number,
      role,
      at,
    ]);
    expect(points).toEqual([
      [1, 'original', 'start'],
      [3, 'newerApply', 'end'],
      [4, 'apply', 'end'],
      [5, 'newer', 'end'],
    ]);
  });

  it('have a landing where a write was destroyed', () => {
    expect(landingOf(finding)).toEqual({ start: 7500, end: 9000.2 });
    expect(landingOf({ ...finding, places: finding.places.slice(0, 1) })).toBeNull();
  });
});
