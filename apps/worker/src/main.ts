#!/usr/bin/env node
import 'reflect-metadata';
import { endedForGood } from '@fenceline/contracts/exit-code';
import { messageOf } from './message-of.js';
import { enrolWorker, runWorker } from './run-worker.js';
import { readSettings } from './settings/read-settings.js';
import { UnknownWorker } from './unknown-worker.js';

const usage = `Usage: fenceline-worker [enrol]
  enrol  trades the join token in FENCELINE_JOIN_TOKEN_FILE for a credential, and ends
  Settings are variables of the environment, or a JSON file that FENCELINE_SETTINGS names: docs/worker.md
`;

try {
  const [command, ...rest] = process.argv.slice(2);
  if (rest.length > 0 || (command !== undefined && command !== 'enrol')) {
    process.stderr.write(usage);
    process.exitCode = 64;
  } else {
    const settings = readSettings(process.env);
    await (command === 'enrol' ? enrolWorker(settings) : runWorker(settings));
  }
} catch (error) {
  process.stderr.write(`${messageOf(error)}\n`);
  process.exitCode = error instanceof UnknownWorker ? endedForGood : 1;
}
