import { formatElapsed } from '../terminal/elapsed.js';
import { columnsOf, type Style, type TextStream } from '../terminal/style.js';
import type { Progress } from './progress.js';

const frames = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const redrawEveryMs = 120;
const nameWidth = 10;

/** Progress on a terminal: one live line at the bottom; stages that ended and facts scroll up above it. */
export class TerminalProgress implements Progress {
  private stageName: string | null = null;
  private detail = '';
  private statusText = '';
  private startedAt = 0;
  private frame = 0;
  private timer: NodeJS.Timeout | null = null;

  constructor(
    private readonly stream: TextStream,
    private readonly style: Style,
    private readonly now: () => number = () => performance.now(),
  ) {}

  title(text: string): void {
    this.end('done');
    this.stream.write(`${this.style('bold', text)}\n`);
  }

  stage(name: string, detail = ''): void {
    this.end('done');
    this.stageName = name;
    this.detail = detail;
    this.statusText = '';
    this.startedAt = this.now();
    this.timer = setInterval(() => {
      this.frame = (this.frame + 1) % frames.length;
      this.drawLive();
    }, redrawEveryMs);
    // The screen must not keep a finished process alive.
    this.timer.unref();
    this.drawLive();
  }

  status(text: string): void {
    this.statusText = text;
    this.drawLive();
  }

  note(text: string): void {
    this.eraseLive();
    for (const line of text.split('\n')) {
      this.stream.write(`    ${this.style('dim', line)}\n`);
    }
    this.drawLive();
  }

  end(result: 'done' | 'failed'): void {
    if (this.stageName === null) {
      return;
    }
    if (this.timer !== null) {
      clearInterval(this.timer);
      this.timer = null;
    }
    this.eraseLive();
    const mark = result === 'done' ? this.style('green', '✓') : this.style('red', '✗');
    this.stream.write(`  ${mark} ${this.line(this.stageName, this.detail)}\n`);
    this.stageName = null;
  }

  private drawLive(): void {
    if (this.stageName === null) {
      return;
    }
    const text = this.statusText === '' ? this.detail : this.statusText;
    const room = Math.max(20, columnsOf(this.stream, 80) - 5);
    const line = this.line(this.stageName, text).slice(0, room);
    this.eraseLive();
    this.stream.write(`  ${this.style('cyan', frames[this.frame]!)} ${line}`);
  }

  private eraseLive(): void {
    this.stream.write('\r\u001b[2K');
  }

  private line(name: string, text: string): string {
    const elapsed = formatElapsed(this.now() - this.startedAt).padStart(8);
    return `${name.padEnd(nameWidth)} ${elapsed}  ${text}`.trimEnd();
  }
}
