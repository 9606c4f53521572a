import { describe, expect, it } from 'vitest';
import { idSchema } from '@fenceline/contracts/api';
import { newEventId } from './event-id.js';

describe('newEventId', () => {
  it('makes ids that are in order, also within a millisecond and when the clock goes back', () => {
    const at = Date.now() + 1000;
    const ids = [
      ...Array.from({ length: 5000 }, () => newEventId(at)),
      newEventId(at - 500),
      newEventId(at + 10),
    ];
    expect(ids).toEqual([...ids].sort());
    expect(new Set(ids).size).toBe(ids.length);
    for (const id of ids.slice(0, 10)) expect(idSchema.safeParse(id).success).toBe(true);
  });
});
