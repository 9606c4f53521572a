import { artifactOperations, workerBlobOperations } from './artifacts/operations.js';
import { healthOperations } from './health/operations.js';
import type { Operation } from './operation.js';
import { scenarioOperations } from './scenarios/operations.js';
import { kernelUploadOperations, workerUploadOperations } from './uploads/operations.js';

/** Every operation of the API, by feature. */
export const operations = {
  artifacts: artifactOperations,
  health: healthOperations,
  scenarios: scenarioOperations,
  uploads: kernelUploadOperations,
  workerBlobs: workerBlobOperations,
  workerUploads: workerUploadOperations,
};

/** The same as a list. */
export const allOperations: readonly Operation[] = Object.values(operations).flatMap((feature) =>
  Object.values<Operation>(feature),
);
