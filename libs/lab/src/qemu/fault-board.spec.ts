import type { Backend } from '@fenceline/backend';
import type { LabEvent } from '@fenceline/contracts';
import type { Link } from '@fenceline/fabric';
import { describe, expect, it } from 'vitest';
import { FaultBoard, type FaultAction } from './fault-board.js';

/** A board over links and a backend that write down what they are told. */
function board() {
  const told: string[] = [];
  const events: LabEvent[] = [];
  let now = 0;
  let faults = 0;
  const link = (name: string) =>
    ({
      drop: (direction: string) => told.push(`${name} drop ${direction}`),
      hold: (direction: string) => told.push(`${name} hold ${direction}`),
      restore: (direction: string) => told.push(`${name} restore ${direction}`),
    }) as unknown as Link;
  const start = (kind: string) => () => `${kind}-${++faults}`;
  const end = (kind: string) => (id: string) => told.push(`${kind} ${id}`);
  const backend = {
    hold: start('hold'),
    slow: start('slow'),
    fail: start('fail'),
    release: end('release'),
    discard: end('discard'),
    heal: end('heal'),
  } as unknown as Backend;
  const faultBoard = new FaultBoard(
    { now: () => (now += 10) },
    new Map([
      ['A', link('A')],
      ['B', link('B')],
    ]),
    backend,
    (event) => events.push(event),
    (name) => told.push(`stop ${name}`),
  );
  /** Each fault as `ID START-END`, its end open where it has none. */
  const spans = () =>
    events.flatMap((event) => {
      if (event.kind !== 'fault-start') return [];
      const ended = events.find((other) => other.kind === 'fault-end' && other.id === event.id);
      const what = event.target.on === 'link' ? event.target.direction : event.target.nodes.join();
      return [`${event.fault} ${what} ${event.t}-${ended?.t ?? ''}`];
    });
  return { told, spans, perform: (action: FaultAction) => faultBoard.perform(action), faultBoard };
}

const dropA: FaultAction = { kind: 'dropLink', links: ['A'], direction: 'both' };
const holdNodeA: FaultAction = {
  kind: 'holdBackend',
  nodes: ['A'],
  ops: ['write'],
  next: null,
  inFlight: false,
};

describe('the fault board', () => {
  it('records a fault from its start to its end', () => {
    const { perform, spans, told } = board();
    perform(dropA);
    perform({ kind: 'restoreLink', links: ['A'], direction: 'both' });
    expect(told).toEqual(['A drop both', 'A restore both']);
    expect(spans()).toEqual(['drop both 10-20']);
  });

  it('keeps a fault without an end open', () => {
    const { perform, spans } = board();
    perform(dropA);
    expect(spans()).toEqual(['drop both 10-']);
  });

  it('ends the fault that another one on the same link replaces', () => {
    const { perform, spans } = board();
    perform({ kind: 'dropLink', links: ['A'], direction: 'to-host' });
    perform(dropA);
    expect(spans()).toEqual(['drop to-host 10-20', 'drop both 30-']);
  });

  it('goes on in the other direction when one direction is restored', () => {
    const { perform, spans } = board();
    perform(dropA);
    perform({ kind: 'restoreLink', links: ['A'], direction: 'to-host' });
    expect(spans()).toEqual(['drop both 10-20', 'drop to-node 30-']);
  });

  it('lets faults of other links and of the backend be', () => {
    const { perform, spans } = board();
    perform(dropA);
    perform(holdNodeA);
    perform({ kind: 'restoreLink', links: ['B'], direction: 'both' });
    expect(spans()).toEqual(['drop both 10-', 'hold A 20-']);
  });

  it('releases, discards and restores what it holds, and nothing else', () => {
    const { perform, told } = board();
    perform(holdNodeA);
    perform({ kind: 'slowBackend', nodes: ['A'], byMs: 5 });
    perform({ kind: 'releaseBackend', nodes: ['B'] });
    expect(told).toEqual([]);
    perform({ kind: 'releaseBackend', nodes: ['A'] });
    expect(told).toEqual(['release hold-1']);
    perform(holdNodeA);
    perform({ kind: 'restoreBackend', nodes: ['A'] });
    expect(told).toEqual(['release hold-1', 'release hold-3', 'heal slow-2']);
  });

  it('holds each node by itself, so that one can be released before the other', () => {
    const { perform, told, spans } = board();
    perform({ ...holdNodeA, nodes: ['A', 'B'] });
    perform({ kind: 'releaseBackend', nodes: ['B'] });
    expect(told).toEqual(['release hold-2']);
    expect(spans()).toEqual(['hold A 10-', 'hold B 20-30']);
  });

  it('ends every hold before a drain, and leaves drops', () => {
    const { perform, faultBoard, told, spans } = board();
    perform(dropA);
    perform(holdNodeA);
    perform({ kind: 'holdLink', links: ['B'], direction: 'to-node' });
    faultBoard.releaseHolds();
    expect(told).toEqual(['A drop both', 'B hold to-node', 'release hold-1', 'B restore to-node']);
    expect(spans()[0]).toBe('drop both 10-');
  });
});
