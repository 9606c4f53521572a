import type { ByteSource } from './byte-source.js';

/** A piece of the file, and what becomes of it. */
export interface Piece<Value> {
  offset: number;
  bytes: number;
  decode(bytes: Uint8Array): Value;
}

interface Batch<Value> {
  pieces: Piece<Value>[];
  abort: AbortController;
}

/** Pieces that follow each other in the file come with one request, up to this. */
const mostBatchBytes = 2 * 1024 * 1024;
const mostRequests = 4;

/**
 * Pieces of a file that are wanted now or were not long ago, up to a number of bytes. Whoever looks at something else says
 * what is wanted then: requests for what is no longer wanted are aborted.
 */
export class RangeCache<Value> {
  private readonly values = new Map<number, { value: Value; bytes: number }>();
  private readonly batches = new Set<Batch<Value>>();
  private wanted = new Map<number, Piece<Value>>();
  private readonly failed = new Set<number>();
  private held = 0;
  private closed = false;

  /** Why the last request that failed did so, until `retry`. */
  problem: Error | null = null;

  /**
   * @param mostBytes of the file whose values are kept
   * @param changed something came, or failed
   */
  constructor(
    private readonly source: ByteSource,
    private readonly mostBytes: number,
    private readonly changed: () => void,
  ) {}

  get(offset: number): Value | undefined {
    return this.values.get(offset)?.value;
  }

  /** Whether something that is wanted is still to come. */
  get waiting(): boolean {
    for (const offset of this.wanted.keys()) {
      if (!this.values.has(offset) && !this.failed.has(offset)) return true;
    }
    return false;
  }

  get heldBytes(): number {
    return this.held;
  }

  /** @param pieces what is looked at, the most urgent first */
  want(pieces: readonly Piece<Value>[]): void {
    this.wanted = new Map(pieces.map((piece) => [piece.offset, piece]));
    for (const batch of this.batches) {
      if (!batch.pieces.some(({ offset }) => this.wanted.has(offset))) {
        this.batches.delete(batch);
        batch.abort.abort();
      }
    }
    for (const offset of this.wanted.keys()) {
      const kept = this.values.get(offset);
      if (kept === undefined) continue;
      // The last one in the map is the last that was wanted.
      this.values.delete(offset);
      this.values.set(offset, kept);
    }
    this.pump();
  }

  /** Asks once more for what failed. */
  retry(): void {
    this.failed.clear();
    this.problem = null;
    this.pump();
  }

  close(): void {
    this.closed = true;
    for (const { abort } of this.batches) abort.abort();
    this.batches.clear();
  }

  private pump(): void {
    while (!this.closed && this.batches.size < mostRequests) {
      const pieces = this.nextBatch();
      if (pieces.length === 0) return;
      void this.load({ pieces, abort: new AbortController() });
    }
  }

  /** The most urgent piece that is missing, with those that follow it in the file. */
  private nextBatch(): Piece<Value>[] {
    const coming = new Set<number>();
    for (const { pieces } of this.batches) for (const { offset } of pieces) coming.add(offset);
    const isMissing = (piece: Piece<Value> | undefined): piece is Piece<Value> =>
      piece !== undefined &&
      !this.values.has(piece.offset) &&
      !coming.has(piece.offset) &&
      !this.failed.has(piece.offset);
    let next: Piece<Value> | undefined;
    for (const piece of this.wanted.values()) {
      if (isMissing(piece)) {
        next = piece;
        break;
      }
    }
    const batch: Piece<Value>[] = [];
    let bytes = 0;
    while (isMissing(next) && (batch.length === 0 || bytes + next.bytes <= mostBatchBytes)) {
      batch.push(next);
      bytes += next.bytes;
      next = this.wanted.get(next.offset + next.bytes);
    }
    return batch;
  }

  private async load(batch: Batch<Value>): Promise<void> {
    this.batches.add(batch);
    const { pieces, abort } = batch;
    const from = pieces[0]!.offset;
    const last = pieces.at(-1)!;
    try {
      const bytes = await this.source.read(from, last.offset + last.bytes - from, abort.signal);
      if (abort.signal.aborted) return;
      for (const piece of pieces) {
        const at = piece.offset - from;
        this.keep(piece, piece.decode(bytes.subarray(at, at + piece.bytes)));
      }
    } catch (error) {
      if (abort.signal.aborted) return;
      for (const { offset } of pieces) this.failed.add(offset);
      this.problem = error instanceof Error ? error : new Error(String(error));
    } finally {
      this.batches.delete(batch);
    }
    this.changed();
    this.pump();
  }

  private keep({ offset, bytes }: Piece<Value>, value: Value): void {
    this.values.set(offset, { value, bytes });
    this.held += bytes;
    for (const [old, kept] of this.values) {
      if (this.held <= this.mostBytes) return;
      if (this.wanted.has(old)) continue;
      this.values.delete(old);
      this.held -= kept.bytes;
    }
  }
}
