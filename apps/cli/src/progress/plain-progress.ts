import { formatElapsed } from '../terminal/elapsed.js';
import type { TextStream } from '../terminal/style.js';
import type { Progress } from './progress.js';

/** How often a status that changes all the time is written to a log. */
const statusEveryMs = 5000;

/** Progress as lines for a pipe or a log: nothing is ever overwritten. */
export class PlainProgress implements Progress {
  private stageName: string | null = null;
  private stageStartedAt = 0;
  private statusWrittenAt = 0;

  constructor(
    private readonly stream: TextStream,
    private readonly now: () => number = () => performance.now(),
  ) {}

  title(text: string): void {
    this.end('done');
    this.write(text);
  }

  stage(name: string, detail?: string): void {
    this.end('done');
    this.stageName = name;
    this.stageStartedAt = this.statusWrittenAt = this.now();
    this.write(detail === undefined || detail === '' ? `${name} ...` : `${name}: ${detail}`);
  }

  status(text: string): void {
    const now = this.now();
    if (now - this.statusWrittenAt >= statusEveryMs) {
      this.statusWrittenAt = now;
      this.write(`  ${text}`);
    }
  }

  note(text: string): void {
    this.write(`  ${text}`);
  }

  end(result: 'done' | 'failed'): void {
    if (this.stageName === null) {
      return;
    }
    const elapsed = formatElapsed(this.now() - this.stageStartedAt);
    this.write(`${this.stageName} ${result === 'done' ? 'took' : 'FAILED after'} ${elapsed}`);
    this.stageName = null;
  }

  private write(line: string): void {
    this.stream.write(`${line}\n`);
  }
}
