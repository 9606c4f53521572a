import { JournalDecoder, type JournalOp, type JournalRecord } from '@fenceline/capture';
import { never, type Apply, type InstrumentProblem, type MediumOp } from '../model.js';
import type { Topology } from '../topology.js';
import type { PayloadTable } from '../wire/payload-table.js';

/** The backend's journal, read. */
export interface ReadJournal {
  /** Those that were applied in the order on the medium, then the others in the order received. */
  applies: Apply[];
  problems: InstrumentProblem[];
  /** Time of the last record. */
  end: number;
}

const mediumOps: Readonly<Record<JournalOp, MediumOp | null>> = {
  read: null,
  flush: null,
  write: 'write',
  'write-zeroes': 'write-zeroes',
  trim: 'deallocate',
};

/** Where the requests of an export come from: a node, and the link of its port where it is of one port alone. */
type Origin = Pick<Apply, 'node' | 'link'>;

/**
 * Reads the journal into applies, without candidates. Requests that change nothing are left out, and so are those
 * beyond the medium, which the backend refuses: a journal that has one is not the backend's.
 */
export async function readApplies(
  chunks: AsyncIterable<Uint8Array>,
  table: PayloadTable,
  { namespaceBytes, links }: Topology,
): Promise<ReadJournal> {
  const origins = new Map<string, Origin>();
  for (const { name, node, exportName } of links)
    if (exportName !== undefined) origins.set(exportName, { node, link: name });
  const reader = new ApplyReader(table, namespaceBytes, origins);
  const decoder = new JournalDecoder((record) => reader.take(record));
  for await (const chunk of chunks) decoder.push(chunk);
  const cut = decoder.finish();
  if (cut !== null) {
    reader.problem(`the journal is cut at byte ${cut.offset}: ${cut.reason}`);
  }
  if (decoder.header !== null && decoder.header.blockSize !== table.blockSize) {
    reader.problem(
      `the journal hashes blocks of ${decoder.header.blockSize} bytes, the namespace has blocks of ${table.blockSize}`,
    );
  }
  return reader.end();
}

class ApplyReader {
  readonly #exports = new Map<number, Origin>();
  readonly #pending = new Map<number, Apply>();
  readonly #applied: Apply[] = [];
  readonly #problems: InstrumentProblem[] = [];
  #lastAt = 0;

  constructor(
    private readonly table: PayloadTable,
    private readonly mediumBytes: number,
    private readonly origins: ReadonlyMap<string, Origin>,
  ) {}

  take(record: JournalRecord): void {
    if (record.kind === 'export') {
      this.#exports.set(record.export, this.origins.get(record.node) ?? { node: record.node });
      return;
    }
    this.#lastAt = record.t;
    switch (record.kind) {
      case 'received': {
        const op = mediumOps[record.op];
        if (op === null) return;
        if (record.offset + record.length > this.mediumBytes) {
          this.problem(`request ${record.request} lies beyond the end of the medium`);
          return;
        }
        const { blockSize } = this.table;
        const isAligned = record.offset % blockSize === 0 && record.length % blockSize === 0;
        const slba = Math.floor(record.offset / blockSize);
        const blocks = Math.ceil((record.offset + record.length) / blockSize) - slba;
        this.#pending.set(record.request, {
          id: -1,
          request: record.request,
          ...(this.#exports.get(record.export) ?? { node: `export ${record.export}` }),
          op,
          slba,
          blocks,
          payloads: this.#payloadsOf(op, blocks, record.hashes),
          receivedAt: record.t,
          appliedAt: never,
          heldAt: null,
          failed: false,
          candidates: [],
          unattributed: isAligned ? null : 'the request is not aligned to logical blocks',
        });
        return;
      }
      case 'applied': {
        const apply = this.#pending.get(record.request);
        if (apply === undefined) return;
        apply.appliedAt = record.t;
        this.#applied.push(apply);
        this.#pending.delete(record.request);
        return;
      }
      case 'held': {
        const apply = this.#pending.get(record.request);
        if (apply !== undefined) apply.heldAt ??= record.t;
        return;
      }
      case 'failed': {
        const apply = this.#pending.get(record.request);
        if (apply !== undefined) apply.failed = true;
        return;
      }
      case 'connect':
      case 'disconnect':
      case 'released':
      case 'discarded':
      case 'replied':
      case 'end':
        return;
    }
  }

  problem(message: string): void {
    this.#problems.push({ t: this.#lastAt, instrument: 'backend', message });
  }

  end(): ReadJournal {
    const applies = [...this.#applied, ...this.#pending.values()];
    applies.forEach((apply, id) => (apply.id = id));
    return { applies, problems: this.#problems, end: this.#lastAt };
  }

  #payloadsOf(op: MediumOp, blocks: number, hashes: readonly bigint[]): number[] {
    if (op === 'write-zeroes') return new Array<number>(blocks).fill(0);
    return hashes.map((hash) => this.table.ofHash(hash));
  }
}
