#!/usr/bin/env node
import 'reflect-metadata';
import { NestApplicationContextOptions } from '@nestjs/common/interfaces/nest-application-context-options.interface.js';
import { NestFactory } from '@nestjs/core';
import { pino } from 'pino';
import { openCredential } from './credential/enrol.js';
import { readSettings } from './settings/read-settings.js';
import { capacityOf } from './supervisor/capacity.js';
import { Supervisor } from './supervisor/supervisor.js';
import { WorkerModule } from './worker.module.js';

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
    await start(command === 'enrol');
  }
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}

async function start(enrolOnly: boolean): Promise<void> {
  const settings = readSettings(process.env);
  const log = pino(
    { level: settings.FENCELINE_LOG_LEVEL },
    pino.destination({ dest: 2, sync: false }),
  );
  const capacity = await capacityOf(settings, log);
  const credential = await openCredential(settings, capacity);
  if (enrolOnly) {
    process.stdout.write(`${JSON.stringify({ workerId: credential.workerId })}\n`);
    return;
  }
  const application = await NestFactory.createApplicationContext(
    WorkerModule.with({ settings, credential, capacity, log }),
    Object.assign(new NestApplicationContextOptions(), { logger: false, abortOnError: false }),
  );
  const supervisor = application.get(Supervisor);
  let asked = 0;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      asked += 1;
      log.info({ busy: supervisor.busy }, asked === 1 ? 'draining' : 'ending at once');
      if (asked === 1) supervisor.drain();
      else supervisor.endNow();
    });
  }
  // Whoever started it waits for this line.
  process.stdout.write(`${JSON.stringify({ worker: credential.workerId })}\n`);
  try {
    await supervisor.run();
  } finally {
    await application.close();
  }
  // What a dropped request still waits for keeps nobody.
  log.flush(() => process.exit());
}
