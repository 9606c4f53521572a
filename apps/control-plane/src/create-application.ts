import { randomUUID } from 'node:crypto';
import type { NestApplicationOptions } from '@nestjs/common';
import { NestApplicationContextOptions } from '@nestjs/common/interfaces/nest-application-context-options.interface.js';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { pinoHttp } from 'pino-http';
import { AppModule } from './app.module.js';
import { checkOperations } from './http/check-operations.js';
import { ProblemFilter } from './http/problem.filter.js';
import { jsonBodies } from './http/json-bodies.js';
import { createLog } from './log/create-log.js';
import { NestLog } from './log/nest-log.js';
import type { Settings } from './settings/settings.js';

/**
 * Makes the control plane, ready to listen.
 *
 * @throws Error where a route and an operation differ
 */
export async function createApplication(settings: Settings): Promise<NestExpressApplication> {
  const log = createLog(settings.FENCELINE_LOG_LEVEL);
  const options: NestApplicationOptions = Object.assign(new NestApplicationContextOptions(), {
    // Bodies are parsed by `jsonBodies`; uploads are streams.
    bodyParser: false,
    logger: new NestLog(log),
  });
  const application = await NestFactory.create<NestExpressApplication>(
    AppModule.with(settings),
    options,
  );
  application.disable('x-powered-by');
  application.use(
    pinoHttp({
      logger: log,
      genReqId: () => randomUUID(),
      quietReqLogger: true,
    }),
  );
  application.use(jsonBodies());
  application.useGlobalFilters(new ProblemFilter());
  application.setGlobalPrefix('api/v1');
  application.enableShutdownHooks();
  await application.init();
  checkOperations(application);
  return application;
}
