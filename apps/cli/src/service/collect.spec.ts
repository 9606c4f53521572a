import { describe, expect, it } from 'vitest';
import { collect } from './collect.js';

/** A list of so many numbers, in pages as they are asked for. */
function list(count: number) {
  const asked: { limit: number; cursor?: string }[] = [];
  const page = (query: { limit: number; cursor?: string }) => {
    asked.push(query);
    const from = Number(query.cursor ?? 0);
    const to = Math.min(from + query.limit, count);
    const items = Array.from({ length: to - from }, (_, index) => from + index);
    return Promise.resolve({ items, next: to < count ? String(to) : null });
  };
  return { asked, page };
}

describe('collect', () => {
  it('reads page after page until there is no more', async () => {
    const { asked, page } = list(450);
    const { items, more } = await collect(10_000, page);
    expect(items).toEqual(Array.from({ length: 450 }, (_, index) => index));
    expect(more).toBe(false);
    expect(asked.map(({ cursor }) => cursor)).toEqual([undefined, '200', '400']);
  });

  it('reads no more than is wanted, and says that there is more', async () => {
    const { asked, page } = list(450);
    const { items, more } = await collect(250, page);
    expect(items).toHaveLength(250);
    expect(more).toBe(true);
    expect(asked.map(({ limit }) => limit)).toEqual([200, 50]);
  });
});
