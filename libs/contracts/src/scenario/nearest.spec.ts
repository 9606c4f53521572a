import { describe, expect, it } from 'vitest';
import { nearest } from './nearest.js';

describe('nearest', () => {
  const words = ['keepAlive', 'reconnectDelay', 'ioTimeout', 'queues', 'drop'];

  it.each([
    ['keepalive', 'keepAlive'],
    ['keep-alive', 'keepAlive'],
    ['kepAlive', 'keepAlive'],
    ['ioTiemout', 'ioTimeout'],
    ['queus', 'queues'],
    ['timeout', 'ioTimeout'],
    ['dorp', 'drop'],
    ['reconnect_delay', 'reconnectDelay'],
  ])('takes %s for %s', (word, meant) => {
    expect(nearest(word, words)).toBe(meant);
  });

  it.each(['', 'x', 'hold', 'memory'])('takes %j for nothing', (word) => {
    expect(nearest(word, words)).toBeUndefined();
  });

  it('is not slowed down by a long word', () => {
    expect(nearest('x'.repeat(1e6), words)).toBeUndefined();
  });
});
