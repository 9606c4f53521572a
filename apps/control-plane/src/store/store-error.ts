/** Something about the artifact store. */
export class StoreError extends Error {
  override readonly name: string = 'StoreError';
}

/** What was asked for is not there, or not whole. */
export class MissingBytes extends StoreError {
  override readonly name = 'MissingBytes';
}

/** The store is full. */
export class NoSpace extends StoreError {
  override readonly name = 'NoSpace';
}
