import type { FromLab, ToLab } from './messages.js';
import { runQemuLab } from './qemu/run-qemu-lab.js';

/**
 * Entry of a lab process: takes one request over Node's IPC channel, runs it, reports its end and leaves.
 * It ends by itself when the channel closes, because then nobody is left to judge the recording.
 */
const stop = new AbortController();

process.on('message', (message: ToLab) => {
  switch (message.type) {
    case 'start':
      void start(message);
      break;
    case 'stop':
      // QEMU dies with this process (parent-death signal).
      if (message.how === 'now' || stop.signal.aborted) process.exit(1);
      stop.abort(new Error('stopped on request'));
      break;
  }
});
process.on('disconnect', () => stop.abort(new Error('the process that started the lab is gone')));
// The parent decides when a lab ends; a signal to the whole group must not end it half-way.
process.on('SIGINT', () => undefined);
process.on('SIGTERM', () => stop.abort(new Error('ended by SIGTERM')));

async function start(message: Extract<ToLab, { type: 'start' }>): Promise<void> {
  const ended = await runQemuLab(message.request, tell, stop.signal);
  // Everything is closed; what an aborted step still waits for must not keep the process.
  if (process.connected) process.send?.(ended, () => process.exit());
  else process.exit();
}

function tell(message: FromLab): void {
  if (process.connected) process.send?.(message);
}
