export const attemptStates = ['assigned', 'preparing', 'running', 'uploading', 'judging'] as const;
export type AttemptState = (typeof attemptStates)[number];

export const faults = [
  'worker killed',
  'worker stopped past its lease',
  'lab killed',
  'Redis killed, back empty',
  'Postgres restarted',
  'control plane killed',
  'network of a worker cut',
  'upload cut',
] as const;
export type Fault = (typeof faults)[number];

export interface Cell {
  fault: Fault;
  state: AttemptState;
}

/** Where a fault can happen at all: a lab is there while an attempt runs, and files go up in two states. */
const statesOf: Partial<Record<Fault, readonly AttemptState[]>> = {
  'lab killed': ['running'],
  'upload cut': ['uploading', 'judging'],
};

/** Every fault with every state of an attempt that it can meet. */
export const requiredCells: readonly Cell[] = faults.flatMap((fault) =>
  (statesOf[fault] ?? attemptStates).map((state) => ({ fault, state })),
);

/** How often each fault met an attempt in each state. */
export class Coverage {
  private readonly hits = new Map<string, number>();

  hit({ fault, state }: Cell): void {
    this.hits.set(keyOf({ fault, state }), this.countOf({ fault, state }) + 1);
  }

  countOf(cell: Cell): number {
    return this.hits.get(keyOf(cell)) ?? 0;
  }

  /** The required cells that nothing hit. */
  missing(): string[] {
    return requiredCells.filter((cell) => this.countOf(cell) === 0).map(keyOf);
  }

  /** The table, in Markdown; a dash where a fault cannot meet a state. */
  toString(): string {
    const required = new Set(requiredCells.map(keyOf));
    const rows = faults.map((fault) => [
      fault,
      ...attemptStates.map((state) =>
        required.has(keyOf({ fault, state })) ? String(this.countOf({ fault, state })) : '–',
      ),
    ]);
    const lines = [
      ['fault', ...attemptStates],
      ['---', ...attemptStates.map(() => '--:')],
      ...rows,
    ];
    return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
  }
}

function keyOf({ fault, state }: Cell): string {
  return `${fault} × ${state}`;
}
