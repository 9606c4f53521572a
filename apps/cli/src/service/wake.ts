/** Lets one loop wait until somebody rings, or a time has passed; a ring while nobody waits is not lost. */
export class Wake {
  private rung = false;
  private resume: (() => void) | null = null;

  ring(): void {
    this.rung = true;
    this.resume?.();
  }

  /** @param ms the longest wait */
  async next(ms: number): Promise<void> {
    if (!this.rung) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, ms);
        this.resume = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    this.rung = false;
    this.resume = null;
  }

  /** Looks at each ring whether it is so. @param ms the longest wait */
  async until(isSo: () => boolean, ms: number): Promise<void> {
    const end = performance.now() + ms;
    for (let left = ms; !isSo() && left > 0; left = end - performance.now()) await this.next(left);
  }
}
