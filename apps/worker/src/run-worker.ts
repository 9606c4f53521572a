import { NestApplicationContextOptions } from '@nestjs/common/interfaces/nest-application-context-options.interface.js';
import { NestFactory } from '@nestjs/core';
import { pino, type Logger } from 'pino';
import type { AttemptPrograms } from './attempt/attempt-runner.js';
import { openCredential } from './credential/enrol.js';
import type { Settings } from './settings/settings.js';
import { capacityOf } from './supervisor/capacity.js';
import { Supervisor } from './supervisor/supervisor.js';
import { explainEnd } from './unknown-worker.js';
import { WorkerModule } from './worker.module.js';

/** Trades the join token for a credential, and says the worker's id. @throws Error as `openCredential` */
export async function enrolWorker(settings: Settings): Promise<void> {
  const { workerId } = await openCredential(settings, await capacityOf(settings, logOf(settings)));
  process.stdout.write(`${JSON.stringify({ workerId })}\n`);
}

/**
 * Works until a signal drains it, and ends the process.
 *
 * @param programs in place of the built ones: tests have them
 * @throws Error where it has no credential and cannot enrol; UnknownWorker where the service does not know it
 */
export async function runWorker(settings: Settings, programs?: AttemptPrograms): Promise<void> {
  const log = logOf(settings);
  const capacity = await capacityOf(settings, log);
  const credential = await openCredential(settings, capacity);
  const application = await NestFactory.createApplicationContext(
    WorkerModule.with({ settings, credential, capacity, log, programs }),
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
  } catch (error) {
    throw explainEnd(error, settings);
  } finally {
    await application.close();
  }
  // What a dropped request still waits for keeps nobody.
  log.flush(() => process.exit());
}

function logOf({ FENCELINE_LOG_LEVEL }: Settings): Logger {
  return pino({ level: FENCELINE_LOG_LEVEL }, pino.destination({ dest: 2, sync: false }));
}
