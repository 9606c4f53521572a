import { auditOperations } from './access/audit-operations.js';
import { joinTokenOperations } from './access/join-token-operations.js';
import { sessionOperations } from './access/session-operations.js';
import { tokenOperations } from './access/token-operations.js';
import { artifactOperations, workerBlobOperations } from './artifacts/operations.js';
import { liveOperations, workerAttemptOperations } from './attempts/worker-operations.js';
import { eventOperations } from './events/operations.js';
import { findingOperations } from './findings/operations.js';
import { healthOperations } from './health/operations.js';
import { jobOperations } from './jobs/operations.js';
import { judgementOperations } from './judgements/operations.js';
import { rejudgementOperations } from './judgements/rejudgement-operations.js';
import { workerRejudgingOperations } from './judgements/worker-operations.js';
import { imageOperations, kernelOperations } from './kernels/operations.js';
import { marginOperations } from './margins/operations.js';
import { metricsOperations } from './metrics/operations.js';
import type { Operation } from './operation.js';
import { runOperations } from './runs/operations.js';
import { scenarioOperations } from './scenarios/operations.js';
import { kernelUploadOperations, workerUploadOperations } from './uploads/operations.js';
import { enrolOperations } from './workers/enrol-operation.js';
import { workersOperations } from './workers/operations.js';
import { workerOperations } from './workers/worker-operations.js';

/** Every operation of the API, by feature. */
export const operations = {
  artifacts: artifactOperations,
  audit: auditOperations,
  enrolment: enrolOperations,
  events: eventOperations,
  findings: findingOperations,
  health: healthOperations,
  images: imageOperations,
  jobs: jobOperations,
  joinTokens: joinTokenOperations,
  judgements: judgementOperations,
  kernels: kernelOperations,
  live: liveOperations,
  margins: marginOperations,
  metrics: metricsOperations,
  rejudgements: rejudgementOperations,
  runs: runOperations,
  scenarios: scenarioOperations,
  sessions: sessionOperations,
  tokens: tokenOperations,
  uploads: kernelUploadOperations,
  workerAttempts: workerAttemptOperations,
  workerBlobs: workerBlobOperations,
  workerProcess: workerOperations,
  workerRejudging: workerRejudgingOperations,
  workerUploads: workerUploadOperations,
  workers: workersOperations,
};

/** The same as a list. */
export const allOperations: readonly Operation[] = Object.values(operations).flatMap((feature) =>
  Object.values<Operation>(feature),
);
