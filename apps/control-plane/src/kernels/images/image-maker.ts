import { fork } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants, setPriority } from 'node:os';
import { fileURLToPath } from 'node:url';
import { Injectable } from '@nestjs/common';
import type { FromImageProcess, MadeImage, MakeImages } from './messages.js';

/** The last words of a process that ended without an answer: so many characters. */
const lastWords = 2000;

/**
 * Makes guest images out of Debian packages of this machine's apt, in a process of its own: nothing is installed, and what
 * it takes of the processor is what everything else leaves, labs on this machine first.
 */
@Injectable()
export class ImageMaker {
  /**
   * @param tell gets each step that takes time
   * @throws Error that says why there is none, or that it was stopped
   */
  async make(
    request: MakeImages,
    tell: (text: string) => void,
    stop: AbortSignal,
  ): Promise<MadeImage[]> {
    stop.throwIfAborted();
    // A group of its own: what it starts (apt-get, zstd) is ended with it.
    const child = fork(builtEntry(), [], {
      detached: true,
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      execArgv: [],
    });
    const kill = () => {
      try {
        if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
      } catch {
        // It has just ended.
      }
    };
    stop.addEventListener('abort', kill);
    try {
      if (child.pid !== undefined) setPriority(child.pid, constants.priority.PRIORITY_LOW);
      return await new Promise<MadeImage[]>((resolve, reject) => {
        let end: FromImageProcess | null = null;
        let said = '';
        child.stderr?.on('data', (text: Buffer) => {
          said = (said + text.toString()).slice(-lastWords);
        });
        child.on('message', (message: FromImageProcess) => {
          if (message.type === 'status') tell(message.text);
          else end = message;
        });
        child.on('error', reject);
        child.on('close', () => {
          if (end?.type === 'done') resolve(end.made);
          else {
            const why = end?.type === 'failed' ? end.message : `Its process ended. ${said}`.trim();
            reject(new Error(why));
          }
        });
        child.send(request, () => undefined);
      });
    } finally {
      stop.removeEventListener('abort', kill);
    }
  }
}

/** The built module: a process of Node's own does not read TypeScript. */
function builtEntry(): string {
  const beside = fileURLToPath(new URL('image-process.js', import.meta.url));
  return existsSync(beside)
    ? beside
    : fileURLToPath(new URL('../../../dist/kernels/images/image-process.js', import.meta.url));
}
