import { healthOperations } from './health/operations.js';
import type { Operation } from './operation.js';
import { scenarioOperations } from './scenarios/operations.js';

/** Every operation of the API, by feature. */
export const operations = {
  health: healthOperations,
  scenarios: scenarioOperations,
};

/** The same as a list. */
export const allOperations: readonly Operation[] = Object.values(operations).flatMap((feature) =>
  Object.values<Operation>(feature),
);
