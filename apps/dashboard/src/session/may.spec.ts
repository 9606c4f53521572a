import { describe, expect, it } from 'vitest';
import { mayChange } from './may.js';

const thing = { owner: 'alice' };

describe('what a session may change', () => {
  it.each([
    ['alice', ['read', 'submit'], true],
    ['alice', ['read', 'operate'], false],
    ['bob', ['read', 'submit'], false],
    ['bob', ['read', 'submit', 'operate'], true],
    ['alice', ['read'], false],
  ] as const)('%s with %j: %s', (owner, scopes, expected) => {
    expect(mayChange({ owner, scopes: [...scopes] }, thing)).toBe(expected);
  });
});
