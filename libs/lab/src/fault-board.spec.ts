import type { Backend } from '@fenceline/backend';
import type { LabEvent } from '@fenceline/contracts';
import { describe, expect, it } from 'vitest';
import { FaultBoard, type FaultAction } from './fault-board.js';
import type { LabLink } from './lab-driver.js';

/** A board over links and a backend that write down what they are told. */
function board() {
  const told: string[] = [];
  /** The exports that each fault of the backend was started for. */
  const exports: string[] = [];
  const events: LabEvent[] = [];
  let now = 0;
  let faults = 0;
  const link = (name: string) =>
    ({
      drop: (direction: string) => told.push(`${name} drop ${direction}`),
      hold: (direction: string) => told.push(`${name} hold ${direction}`),
      restore: (direction: string) => told.push(`${name} restore ${direction}`),
    }) as unknown as LabLink;
  const start = (kind: string) => (options: { nodes: string[] }) => {
    exports.push(options.nodes.join());
    return `${kind}-${++faults}`;
  };
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
    [
      { name: 'A', node: 'A', port: null, link: null },
      { name: 'B.1', node: 'B', port: 1, link: 'B' },
      { name: 'B.2', node: 'B', port: 2, link: 'B2' },
    ],
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
  return {
    told,
    exports,
    spans,
    perform: (action: FaultAction) => faultBoard.perform(action),
    faultBoard,
  };
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

  it('holds one port of a node, or all of them under one number', () => {
    const { perform, exports, spans, told } = board();
    perform({ ...holdNodeA, nodes: ['B'], port: 2 });
    perform({ ...holdNodeA, nodes: ['B'] });
    expect(exports).toEqual(['B.2', 'B.1,B.2']);
    perform({ kind: 'releaseBackend', nodes: ['B'], port: 1 });
    expect(told).toEqual([]);
    perform({ kind: 'releaseBackend', nodes: ['B'], port: 2 });
    perform({ kind: 'releaseBackend', nodes: ['B'] });
    expect(told).toEqual(['release hold-1', 'release hold-2']);
    expect(spans()).toEqual(['hold B 10-30', 'hold B 20-40']);
    expect(() => perform({ ...holdNodeA, port: 1 })).toThrow('node A has no export of port 1');
  });
});
