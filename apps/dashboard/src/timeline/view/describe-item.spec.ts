import { itemFlags, itemKinds, itemMarks } from '@fenceline/report/timeline';
import { describe, expect, it } from 'vitest';
import { openTimeline } from '../read/open-timeline.js';
import { item, MemorySource, timelineFile } from '../read/timeline.testing.js';
import { describeItem, outcomeOf, sayItem } from './describe-item.js';

const header = await openTimeline(new MemorySource(timelineFile([])));
const apply = itemKinds.indexOf('apply');

describe('the words for an item', () => {
  it('have everything of a command, to the nanosecond', () => {
    const command = item(31, {
      ...{ start: 1000.5, end: 1250.751, complete: 1040, lba: 8, blocks: 4, status: 0x281 },
      flags: itemFlags.fua | itemFlags.failed,
    });
    expect(describeItem(command, header)).toEqual({
      title: 'Write',
      rows: [
        ['LBA', '8 to 11'],
        ['sent', '1.000 500 ms'],
        ['complete at target', '1.040 ms'],
        ['answered', '1.250 751 ms'],
        ['took', '250.251 µs'],
        ['status', '0x281'],
        ['CID', '31 (0x001f)'],
        ['FUA', 'yes'],
        ['frame', '32'],
        ['where', 'host1 over A to A, I/O queue 1'],
      ],
    });
    expect(outcomeOf(command)).toBe('status 0x281');
  });

  it('say of a stale write that it is one, and of an apply how long it was held', () => {
    const stale = item(5, {
      ...{ kind: apply, lane: 2, mark: itemMarks.indexOf('stale'), flags: itemFlags.held },
      ...{ start: 0, end: 6_580_000 },
    });
    expect(sayItem(stale, header)).toMatch(/^Stale write landed\. LBA 5, .*held for 6\.580 s/);
    expect(outcomeOf(stale)).toBe('held, then applied');
  });

  it('say of what has no answer that it has none, and of what waits that it waits', () => {
    const open = item(1, { flags: itemFlags.open, status: null });
    expect(describeItem(open, header).rows).toContainEqual(['answered', 'never']);
    expect(outcomeOf(open)).toBe('no answer');
    const event = { kind: itemKinds.indexOf('admin'), flags: itemFlags.waits };
    expect(outcomeOf(item(1, { ...event, status: null }))).toBe('waits');
    expect(outcomeOf(item(1, event))).toBe('success');
  });
});
