import 'reflect-metadata';
import { fileURLToPath } from 'node:url';
import { runWorker } from '../../../../apps/worker/dist/run-worker.js';
import { readSettings } from '../../../../apps/worker/dist/settings/read-settings.js';

/** The worker as it is built; its labs and checkers are stand-ins that cost next to nothing. */
const beside = (name) => fileURLToPath(new URL(name, import.meta.url));
await runWorker(readSettings(process.env), {
  lab: beside('stand-in-lab.mjs'),
  judge: beside('stand-in-judge.mjs'),
});
