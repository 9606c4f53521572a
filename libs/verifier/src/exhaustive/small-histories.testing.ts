import fc from 'fast-check';

/**
 * Plans of small histories: numbers only, so that a disagreement shrinks to the few that matter. Times are in
 * ms. A keep-alive time-out of 10 ms puts the fence ends by time near 30 ms, and near 10,030 ms where a CQT
 * of 0 stands for 10 s.
 */
export interface HistoryPlan {
  /** Both links lead to node A. */
  oneNode: boolean;
  paths: readonly PathPlan[];
  operations: readonly OperationPlan[];
  /** Uncertainty of the time stamps in ms, early and late in the history. */
  uncertain: readonly [early: number, late: number];
  /** What the image shows; null: no image was taken. */
  image: 'as applied' | Bytes | null;
}

export interface PathPlan {
  host: 'host1' | 'host2';
  link: 'A' | 'B';
  katoMs: number;
  cqtMs: number;
  tbkas: boolean;
  /** The host sent new bytes for so long after its last command. */
  quietAfter: number;
  /** Given up so long after its last command. */
  givenUp: { after: number; by: 'fin' | 'rst' | 'ccr' } | null;
  /**
   * Success of a Cross-Controller Reset, or a confirmed reset: it left the node so long after the path's last
   * command (before it, if negative), and was delivered later.
   */
  fence: { by: 'ccr' | 'reset'; after: number; transit: number } | null;
}

/** Bytes by name: those of an operation, those that several share, zeroes, FFh, some that nobody wrote. */
export type Bytes = { of: number } | 'x' | 'y' | '0' | 'ones' | 'garbage';

export interface OperationPlan {
  path: number;
  kind: 'write' | 'write-zeroes' | 'deallocate' | 'read' | 'flush' | 'keep-alive';
  lba: number;
  blocks: 1 | 2;
  bytes: 'own' | 'x' | 'y' | '0';
  /** Sends again what an earlier operation sent: same kind, blocks and bytes. */
  retryOf: number | null;
  /** A retry of two blocks that changes the second. */
  changesSecond: boolean;
  sent: number;
  /** Became complete so long after it was sent; null: never. */
  complete: number | null;
  fate: Fate;
  fua: boolean;
  /** Of a read: what the medium held at that moment of it, or bytes of somebody's choice. */
  returns: 'as applied' | Bytes;
  /** A retransmission, or the node, changed the first block. */
  changed: 'on the wire' | 'by the node' | null;
  /** The node sends each block to the backend in a request of its own. */
  isSplit: boolean;
}

/** What became of a complete command. */
export type Fate =
  | { kind: 'done'; after: number }
  | { kind: 'held'; until: number }
  | { kind: 'dropped' }
  | { kind: 'failed'; after: number; applied: boolean }
  | { kind: 'cached'; after: number; until: number | null }
  | { kind: 'answer lost'; after: number };

const short = fc.integer({ min: 0, max: 20 });
const moment = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 0, max: 70 }) },
  { weight: 1, arbitrary: fc.integer({ min: 10_000, max: 10_080 }) },
);
const rarely = (one: number) => fc.nat({ max: one - 1 }).map((n) => n === one - 1);

/** One in so many. */
function sometimes<T>(value: fc.Arbitrary<T>, oneIn: number): fc.Arbitrary<T | null> {
  return fc.oneof(
    { weight: oneIn - 1, arbitrary: fc.constant(null) },
    { weight: 1, arbitrary: value },
  );
}

function oneOf<T>(...choices: readonly (readonly [weight: number, value: T])[]): fc.Arbitrary<T> {
  return fc.oneof(...choices.map(([weight, value]) => ({ weight, arbitrary: fc.constant(value) })));
}

const bytes: fc.Arbitrary<Bytes> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ of: fc.nat({ max: 7 }) }) },
  { weight: 3, arbitrary: fc.constantFrom<Bytes[]>('0', 'x', 'y', 'ones', 'garbage') },
);

const fate: fc.Arbitrary<Fate> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ kind: fc.constant('done' as const), after: short }) },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('held' as const), until: moment }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('dropped' as const) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('failed' as const),
      after: short,
      applied: fc.boolean(),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('cached' as const),
      after: short,
      until: fc.option(moment),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('answer lost' as const), after: short }) },
);

const path: fc.Arbitrary<PathPlan> = fc.record({
  host: oneOf([5, 'host1' as const], [1, 'host2' as const]),
  link: fc.constantFrom('A', 'B'),
  katoMs: oneOf([6, 10], [1, 4]),
  cqtMs: oneOf([3, 0], [1, 7]),
  tbkas: oneOf([4, true], [1, false]),
  quietAfter: oneOf([2, 0], [1, 8]),
  givenUp: sometimes(
    fc.record({
      after: short,
      by: fc.constantFrom('fin' as const, 'rst' as const, 'ccr' as const),
    }),
    2,
  ),
  fence: sometimes(
    fc.record({
      by: fc.constantFrom('ccr' as const, 'reset' as const),
      after: fc.integer({ min: -10, max: 50 }),
      transit: fc.integer({ min: 1, max: 6 }),
    }),
    3,
  ),
});

const completion: fc.Arbitrary<number | null> = fc.oneof(
  { weight: 16, arbitrary: fc.constant<number | null>(0) },
  { weight: 1, arbitrary: short },
  { weight: 1, arbitrary: fc.constant<number | null>(null) },
);

const operation: fc.Arbitrary<OperationPlan> = fc.record({
  path: fc.nat({ max: 2 }),
  kind: oneOf(
    [12, 'write' as const],
    [1, 'write-zeroes' as const],
    [1, 'deallocate' as const],
    [6, 'read' as const],
    [1, 'flush' as const],
    [1, 'keep-alive' as const],
  ),
  lba: oneOf([5, 0], [1, 1]),
  blocks: oneOf([4, 1 as const], [1, 2 as const]),
  bytes: oneOf([6, 'own' as const], [2, 'x' as const], [1, 'y' as const], [1, '0' as const]),
  retryOf: sometimes(fc.nat({ max: 7 }), 3),
  changesSecond: rarely(8),
  sent: moment,
  complete: completion,
  fate,
  fua: rarely(6),
  returns: fc.oneof(
    { weight: 2, arbitrary: fc.constant('as applied' as const) },
    { weight: 1, arbitrary: bytes },
  ),
  changed: oneOf<OperationPlan['changed']>([60, null], [1, 'on the wire'], [1, 'by the node']),
  isSplit: rarely(5),
});

export const historyPlans: fc.Arbitrary<HistoryPlan> = fc.record({
  oneNode: rarely(3),
  paths: fc.array(path, { minLength: 3, maxLength: 3 }),
  operations: fc.array(operation, { minLength: 2, maxLength: 8 }),
  uncertain: oneOf([6, [0, 0] as const], [1, [3, 3] as const], [1, [15, 0] as const]),
  image: fc.oneof(
    { weight: 6, arbitrary: fc.constant('as applied' as const) },
    { weight: 1, arbitrary: bytes },
    { weight: 1, arbitrary: fc.constant(null) },
  ),
});
