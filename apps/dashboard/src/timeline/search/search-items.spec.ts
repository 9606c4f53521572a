import { describe, expect, it } from 'vitest';
import { openTimeline } from '../read/open-timeline.js';
import { item, MemorySource, timelineFile } from '../read/timeline.testing.js';
import { parseQuery, type Query } from './query.js';
import { mostFound, searchItems, type SearchState } from './search-items.js';

describe('a query', () => {
  it('is a block or a CID, decimal or hexadecimal', () => {
    expect(parseQuery(' 1234 ')).toEqual({ what: 'lba', value: 1234 });
    expect(parseQuery('LBA=4d2h')).toEqual({ what: 'lba', value: 1234 });
    expect(parseQuery('cid 0x1F')).toEqual({ what: 'cid', value: 31 });
    expect(parseQuery('cid: 31')).toEqual({ what: 'cid', value: 31 });
  });

  it('is nothing else', () => {
    for (const text of ['', 'lba', 'write', '12.5', 'cid 65536', '-1', '0x']) {
      expect(parseQuery(text)).toBeNull();
    }
  });
});

const items = Array.from({ length: 20_000 }, (_, id) =>
  item(id, {
    start: id * 400,
    end: id * 400 + (id === 77 ? 5_000_000 : 300),
    lba: id % 5_000,
    cid: id % 64,
  }),
);
const source = new MemorySource(timelineFile(items));
const header = await openTimeline(source);

async function find(query: Query, at: number, abort = new AbortController()): Promise<SearchState> {
  let last: SearchState = { found: [], done: 0, ended: false };
  const window = { from: at - 1000, to: at + 1000 };
  for await (const state of searchItems(query, header, source, window, abort.signal)) last = state;
  return last;
}

describe('a search', () => {
  it('finds every command on a block, the nearest first', async () => {
    const { found, done, ended } = await find({ what: 'lba', value: 77 }, 4_030_800);
    // The first of them lasts until beyond the middle.
    expect(found.map(({ id }) => id)).toEqual([77, 10_077, 5_077, 15_077]);
    expect([done, ended]).toEqual([1, true]);
  });

  it('stops at the nearest of what comes again and again', async () => {
    const { found, ended } = await find({ what: 'cid', value: 5 }, 4_000_000);
    expect([found.length, ended]).toEqual([mostFound, true]);
    const away = found.map(({ start }) => Math.abs(start - 4_000_000));
    expect(away).toEqual([...away].sort((a, b) => a - b));
    expect(away[0]).toBeLessThan(64 * 400);
  });

  it('ends with nothing where there is nothing', async () => {
    expect(await find({ what: 'lba', value: 9_999 }, 0)).toEqual({
      found: [],
      done: 1,
      ended: true,
    });
  });

  it('ends when it is aborted', async () => {
    const abort = new AbortController();
    abort.abort();
    await expect(find({ what: 'lba', value: 1 }, 0, abort)).rejects.toThrow();
  });
});
