import { Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { plainStyle } from '../terminal/style.js';
import { PlainProgress } from './plain-progress.js';
import { TerminalProgress } from './terminal-progress.js';

class Screen extends Writable {
  text = '';
  columns = 60;

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}

describe('PlainProgress', () => {
  it('writes lines that stand by themselves', () => {
    const screen = new Screen();
    let now = 0;
    const progress = new PlainProgress(screen, () => now);
    progress.title('stuck-write, seed 1');
    progress.stage('boot', '3 VMs');
    now = 1000;
    progress.status('1 of 3 is up');
    now = 6000;
    progress.status('2 of 3 are up');
    now = 9100;
    progress.stage('workload');
    progress.note('step 1: hold the writes of A');
    now = 10_000;
    progress.end('failed');
    progress.end('failed');
    expect(screen.text.split('\n')).toEqual([
      'stuck-write, seed 1',
      'boot: 3 VMs',
      '  2 of 3 are up',
      'boot took 9.1 s',
      'workload ...',
      '  step 1: hold the writes of A',
      'workload FAILED after 900 ms',
      '',
    ]);
  });
});

describe('TerminalProgress', () => {
  it('leaves finished stages and facts on the screen and overwrites the rest', () => {
    const screen = new Screen();
    let now = 0;
    const progress = new TerminalProgress(screen, plainStyle, () => now);
    progress.stage('boot', '3 VMs');
    progress.status('x'.repeat(200));
    now = 9100;
    progress.note('A is up');
    progress.end('done');
    expect(whatRemains(screen.text)).toEqual(['    A is up', '  ✓ boot          9.1 s  3 VMs', '']);
    const drawn = screen.text.split('\n').flatMap((line) => line.split('\r\u001b[2K'));
    const longest = Math.max(...drawn.map((part) => part.length));
    expect(longest).toBeLessThanOrEqual(screen.columns);
  });

  it('marks the stage that failed', () => {
    const screen = new Screen();
    const progress = new TerminalProgress(screen, plainStyle, () => 0);
    progress.stage('connect');
    progress.end('failed');
    expect(whatRemains(screen.text)[0]).toContain('✗ connect');
  });
});

/** The lines after everything that was erased. */
function whatRemains(text: string): string[] {
  return text.split('\n').map((line) => line.split('\r\u001b[2K').at(-1) ?? '');
}
