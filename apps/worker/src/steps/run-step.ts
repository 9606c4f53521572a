import { fork } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { LastLines } from '@fenceline/lab';
import type { FromStep, StepAnswers, StepRequest } from './messages.js';

/** A step that goes on in a process of its own. */
export interface RunningStep<Answer> {
  /** @throws Error that says why there is no answer */
  answer: Promise<Answer>;
  /** Ends the process at once, and all that it started. */
  kill(): void;
}

/**
 * Runs a step in a process of its own, which ends when this one does.
 *
 * @param status is told what takes time
 */
export function runStep<Name extends StepRequest['step']>(
  request: Extract<StepRequest, { step: Name }>,
  status: (text: string) => void,
  entry: string = builtEntry(),
): RunningStep<StepAnswers[Name]> {
  // A group of its own: what it starts (apt-get, make) is ended with it.
  const child = fork(entry, [], {
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    execArgv: [],
  });
  const lastWords = new LastLines(20);
  child.stdout?.on('data', (chunk: Buffer) => lastWords.push(chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => lastWords.push(chunk.toString()));
  const answer = new Promise<StepAnswers[Name]>((resolve, reject) => {
    let end: FromStep | null = null;
    child.on('message', (message: FromStep) => {
      if (message.type === 'status') status(message.text);
      else end = message;
    });
    child.on('error', (error) => {
      if (child.pid === undefined) reject(error);
    });
    child.on('close', (code, signal) => {
      if (end?.type === 'done') resolve(end.answer as StepAnswers[Name]);
      else if (end?.type === 'failed') reject(new Error(end.message));
      else {
        const how = signal === null ? `with exit code ${code ?? 'unknown'}` : `by ${signal}`;
        reject(new Error(`its process ended ${how}. ${lastWords.text()}`.trim()));
      }
    });
  });
  child.send(request, () => undefined);
  return {
    answer,
    kill: () => {
      if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
      try {
        process.kill(-child.pid, 'SIGKILL');
      } catch {
        // It has just ended.
      }
    },
  };
}

/** The built module: a process of Node's own does not read TypeScript. */
function builtEntry(): string {
  const beside = fileURLToPath(new URL('step-process.js', import.meta.url));
  return existsSync(beside)
    ? beside
    : fileURLToPath(new URL('../../dist/steps/step-process.js', import.meta.url));
}
