import { folderSize } from '../labs/folder-size.js';

const lookEveryMs = 1_000;

/** Watches how much is written below a folder; beyond the limit it tells once, and stays so. */
export class DiskLimit {
  private readonly timer: NodeJS.Timeout;
  private passed = false;

  constructor(
    private readonly folder: string,
    private readonly limitBytes: number,
    private readonly tell: () => void,
    everyMs = lookEveryMs,
  ) {
    this.timer = setInterval(() => void this.look(), everyMs);
  }

  /** What is wrong, or null. */
  get message(): string | null {
    if (!this.passed) return null;
    return `The lab wrote more than ${Math.round(this.limitBytes / 2 ** 20)} MiB and was ended.`;
  }

  close(): void {
    clearInterval(this.timer);
  }

  private async look(): Promise<void> {
    if ((await folderSize(this.folder)) > this.limitBytes) this.pass();
  }

  /** A slow look may end after the next one. */
  private pass(): void {
    if (this.passed) return;
    this.passed = true;
    this.close();
    this.tell();
  }
}
