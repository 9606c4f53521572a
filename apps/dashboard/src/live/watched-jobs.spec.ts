import { describe, expect, it } from 'vitest';
import { WatchedJobs, watchHoldsMs } from './watched-jobs.js';

describe('jobs that tabs watch', () => {
  it('are those of all tabs, each once', () => {
    const watched = new WatchedJobs();
    watched.tell('one', ['b', 'a'], 0);
    watched.tell('two', ['a', 'c'], 0);
    expect(watched.list(1, 8)).toEqual(['a', 'b', 'c']);
    expect(watched.list(1, 2)).toHaveLength(2);
  });

  it('end with the tab, whether it says so or not', () => {
    const watched = new WatchedJobs();
    watched.tell('one', ['a'], 0);
    watched.tell('two', ['b'], 0);
    watched.tell('two', [], 1);
    expect(watched.list(2, 8)).toEqual(['a']);
    watched.tell('three', ['c'], watchHoldsMs - 1);
    expect(watched.list(watchHoldsMs, 8)).toEqual(['c']);
  });
});
