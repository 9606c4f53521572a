import { readFileSync } from 'node:fs';
import type { Server } from 'node:http';
import type { NestApplicationOptions } from '@nestjs/common';
import { NestApplicationContextOptions } from '@nestjs/common/interfaces/nest-application-context-options.interface.js';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { Request, Response } from 'express';
import type { Logger } from 'pino';
import { AppModule } from './app.module.js';
import { serveDashboard } from './dashboard/serve-dashboard.js';
import { checkOperations } from './http/check-operations.js';
import { Connections } from './http/connections.js';
import { hostCheck } from './http/host-check.js';
import { noRoute } from './http/no-route.js';
import { ProblemFilter } from './http/problem.filter.js';
import { securityHeaders } from './http/security-headers.js';
import { sendProblem } from './http/send-problem.js';
import { createLog } from './log/create-log.js';
import { NestLog } from './log/nest-log.js';
import { requestLog } from './log/request-log.js';
import { HttpMetrics } from './metrics/http-metrics.js';
import { maskSettings, type Settings } from './settings/settings.js';
import { openArtifactStore } from './store/open-artifact-store.js';

/**
 * Makes the control plane, ready to listen.
 *
 * @throws Error where a route and an operation differ, the files of TLS cannot be read, or the artifact store cannot be used
 */
export async function createApplication(
  settings: Settings,
  log: Logger = createLog(settings.FENCELINE_LOG_LEVEL),
): Promise<NestExpressApplication> {
  log.info({ settings: maskSettings(settings) }, 'starting');
  const options: NestApplicationOptions = Object.assign(new NestApplicationContextOptions(), {
    // `ReadInput` reads bodies; uploads are streams.
    bodyParser: false,
    logger: new NestLog(log),
    ...httpsOf(settings),
  });
  const application = await NestFactory.create<NestExpressApplication>(
    AppModule.with(settings, await openArtifactStore(settings)),
    options,
  );
  application.disable('x-powered-by');
  // Answers of the API are not to be stored: nobody asks for one again by its tag. Artifacts have tags of their own.
  application.disable('etag');
  if (settings.FENCELINE_BEHIND_PROXY) application.set('trust proxy', 1);
  const server: Server = application.getHttpServer();
  // Longer than clients and proxies keep a connection that they do not use: the one who closes it shall be them.
  server.keepAliveTimeout = 65_000;
  application.use(application.get(Connections).of(server));
  application.use(requestLog(log));
  application.use(application.get(HttpMetrics).measure());
  application.use(securityHeaders());
  application.use(hostCheck(settings));
  application.useGlobalFilters(new ProblemFilter());
  application.setGlobalPrefix('api/v1');
  application.enableShutdownHooks();
  await application.init();
  checkOperations(application);
  application.use(serveDashboard(settings.FENCELINE_DASHBOARD));
  // What is not below the prefix of the API gets to no handler of Nest.
  application.use((request: Request, response: Response) =>
    sendProblem(noRoute(request), request, response),
  );
  return application;
}

function httpsOf(settings: Settings): Pick<NestApplicationOptions, 'httpsOptions'> {
  const { FENCELINE_TLS_CERT: cert, FENCELINE_TLS_KEY: key } = settings;
  if (cert === undefined || key === undefined) return {};
  return { httpsOptions: { cert: readFileSync(cert), key: readFileSync(key) } };
}
