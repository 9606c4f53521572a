import { describe, expect, it } from 'vitest';
import { RoomPool } from './room.js';

describe('a pool of room', () => {
  it('gives room again once it was given back, and only for that length', () => {
    const pool = new RoomPool();
    const [first, second] = [pool.take(60), pool.take(60)];
    expect(first).not.toBe(second);
    pool.giveBack(first);
    expect(pool.take(61)).toHaveLength(61);
    expect(pool.take(60)).toBe(first);
    expect(pool.take(60)).not.toBe(second);
  });
});
