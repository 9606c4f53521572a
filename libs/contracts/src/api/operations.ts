import { workerAttemptOperations } from './attempts/worker-operations.js';
import { healthOperations } from './health/operations.js';
import type { Operation } from './operation.js';
import { scenarioOperations } from './scenarios/operations.js';
import { workerUploadOperations } from './uploads/operations.js';
import { workerOperations } from './workers/worker-operations.js';

/** Every operation of the API, by feature. */
export const operations = {
  health: healthOperations,
  scenarios: scenarioOperations,
  workerAttempts: workerAttemptOperations,
  workerUploads: workerUploadOperations,
  worker: workerOperations,
};

/** The same as a list. */
export const allOperations: readonly Operation[] = Object.values(operations).flatMap((feature) =>
  Object.values<Operation>(feature),
);
