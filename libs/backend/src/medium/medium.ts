/**
 * What holds the bytes that the array serves.
 *
 * A call that is done when it returns gives `undefined`, otherwise a promise; so a medium in memory costs
 * its callers no turn of the event loop. The caller sees to it that ranges lie within the medium and that
 * no two calls that overlap, one of them a change, are in flight together.
 *
 * Not part of it: ordering, faults, the journal. They are the backend's, and the same for every medium.
 */
export interface Medium {
  /** Bytes. */
  readonly size: number;
  /** Every call is done when it returns. */
  readonly immediate: boolean;
  /** Fills `into` with the bytes from `offset` on. */
  read(offset: number, into: Uint8Array): Promise<void> | undefined;
  /** Stores `data`, which is left alone until the call is done. */
  write(offset: number, data: Uint8Array): Promise<void> | undefined;
  /** Makes a range read as zeros. */
  zero(offset: number, length: number): Promise<void> | undefined;
  /** Brings everything stored so far to stable storage, as far as the medium has any. */
  flush(): Promise<void> | undefined;
  close(): Promise<void>;
}
