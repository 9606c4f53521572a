export { answerOf, unreachableOr } from './answer-of.js';
export { connect, type Client, type ConnectOptions } from './connect.js';
export type { components, operations, paths } from './generated/api.js';
export { readEvents, type EventMessage, type ReadEventsOptions } from './read-events.js';
export { ServiceProblem, ServiceUnreachable } from './service-problem.js';
