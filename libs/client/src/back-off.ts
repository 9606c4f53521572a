const firstMs = 500;
const longestMs = 15_000;

/** How long to wait before the next try: twice as long each time, up to 15 s. */
export class BackOff {
  private nextMs = firstMs;

  /** ms. The first half is certain and the rest is chance, so that many clients do not come back at once. */
  next(): number {
    const ms = this.nextMs;
    this.nextMs = Math.min(ms * 2, longestMs);
    return ms / 2 + (Math.random() * ms) / 2;
  }

  /** After a success. */
  reset(): void {
    this.nextMs = firstMs;
  }
}
