export { Backend } from './backend.js';
export type {
  BackendEvents,
  BackendOptions,
  ExportOptions,
  LocalOptions,
} from './backend-options.js';
export type { FailOptions, FaultScope, HoldOptions, SlowOptions } from './faults.js';
export type { MediumChoice } from './medium/open-medium.js';
export type { Request } from './request.js';
export type { Answered, LocalClient, LocalRequest } from './local-client.js';
