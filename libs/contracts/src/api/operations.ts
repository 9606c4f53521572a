import { healthOperations } from './health/operations.js';
import { jobOperations } from './jobs/operations.js';
import type { Operation } from './operation.js';
import { runOperations } from './runs/operations.js';
import { scenarioOperations } from './scenarios/operations.js';

/** Every operation of the API, by feature. */
export const operations = {
  health: healthOperations,
  jobs: jobOperations,
  runs: runOperations,
  scenarios: scenarioOperations,
};

/** The same as a list. */
export const allOperations: readonly Operation[] = Object.values(operations).flatMap((feature) =>
  Object.values<Operation>(feature),
);
