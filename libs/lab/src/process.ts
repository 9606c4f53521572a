import type { FromLab, LabEnded, ToLab } from './messages.js';
import { runQemuLab } from './qemu/run-qemu-lab.js';
import { simulateInto } from './simulated/simulate-into.js';

/**
 * Entry of a lab process: takes one request over Node's IPC channel, runs it, reports its end and leaves.
 * It ends by itself when the channel closes, because then nobody is left to judge the recording.
 */
const stop = new AbortController();

process.on('message', (message: ToLab) => {
  switch (message.type) {
    case 'start':
      void toTheEnd(runQemuLab(message.request, tell, stop.signal));
      break;
    case 'simulate':
      void toTheEnd(simulateInto(message.request, tell));
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

async function toTheEnd(lab: Promise<LabEnded>): Promise<void> {
  const ended = await lab;
  // Everything is closed; what an aborted step still waits for must not keep the process.
  if (process.connected) process.send?.(ended, () => process.exit());
  else process.exit();
}

function tell(message: FromLab): void {
  if (process.connected) process.send?.(message);
}
