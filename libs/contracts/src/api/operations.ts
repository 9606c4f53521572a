import { artifactOperations, workerBlobOperations } from './artifacts/operations.js';
import { workerAttemptOperations } from './attempts/worker-operations.js';
import { healthOperations } from './health/operations.js';
import { jobOperations } from './jobs/operations.js';
import type { Operation } from './operation.js';
import { runOperations } from './runs/operations.js';
import { scenarioOperations } from './scenarios/operations.js';
import { kernelUploadOperations, workerUploadOperations } from './uploads/operations.js';
import { workersOperations } from './workers/operations.js';
import { workerOperations } from './workers/worker-operations.js';

/** Every operation of the API, by feature. */
export const operations = {
  artifacts: artifactOperations,
  health: healthOperations,
  jobs: jobOperations,
  runs: runOperations,
  scenarios: scenarioOperations,
  uploads: kernelUploadOperations,
  workerAttempts: workerAttemptOperations,
  workerBlobs: workerBlobOperations,
  workerProcess: workerOperations,
  workerUploads: workerUploadOperations,
  workers: workersOperations,
};

/** The same as a list. */
export const allOperations: readonly Operation[] = Object.values(operations).flatMap((feature) =>
  Object.values<Operation>(feature),
);
