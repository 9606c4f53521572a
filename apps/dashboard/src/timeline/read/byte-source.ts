/** A file that is read in pieces. */
export interface ByteSource {
  /**
   * Exactly those bytes; fewer where the file ends before.
   *
   * @throws Error where they cannot be had, or `signal` was aborted
   */
  read(offset: number, bytes: number, signal?: AbortSignal): Promise<Uint8Array>;
  /** How many bytes have come so far. */
  readonly received: number;
}

type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** A file behind an address, read with `Range` (RFC 9110, section 14). */
export class HttpByteSource implements ByteSource {
  received = 0;

  constructor(
    private readonly url: string,
    private readonly fetch: Fetch = (url, init) => globalThis.fetch(url, init),
  ) {}

  async read(offset: number, bytes: number, signal?: AbortSignal): Promise<Uint8Array> {
    const answer = await this.fetch(this.url, {
      headers: { Range: `bytes=${offset}-${offset + bytes - 1}` },
      ...(signal === undefined ? {} : { signal }),
    });
    if (!answer.ok) throw new Error(`The timeline cannot be read: HTTP ${answer.status}.`);
    const body = new Uint8Array(await answer.arrayBuffer());
    this.received += body.length;
    // A server, or something between, may take no notice of ranges and send the whole.
    return answer.status === 206 ? body : body.subarray(offset, offset + bytes);
  }
}
