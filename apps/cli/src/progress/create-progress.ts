import { styleFor, type TextStream } from '../terminal/style.js';
import { PlainProgress } from './plain-progress.js';
import type { Progress } from './progress.js';
import { TerminalProgress } from './terminal-progress.js';

/** A live line where the stream is a terminal that can erase one, plain lines elsewhere. */
export function createProgress(stream: TextStream): Progress {
  return stream.isTTY === true && process.env['TERM'] !== 'dumb'
    ? new TerminalProgress(stream, styleFor(stream))
    : new PlainProgress(stream);
}
