import { parentPort } from 'node:worker_threads';
import { simulate } from './simulate.mjs';

parentPort.on('message', async ({ id, trial }) => {
  try {
    parentPort.postMessage({ id, result: await simulate(trial) });
  } catch (error) {
    parentPort.postMessage({ id, error: String(error.stack ?? error) });
  }
});
