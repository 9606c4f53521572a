export * from './decisions.js';
export type { DiscoveredPort } from './discovery.js';
export type { AttemptEnd } from './fence/attempt-end.js';
export type { PathState } from './path-state.js';
export { ReferenceHost } from './reference-host.js';
export type { FenceSettings, HostSettings, PathSettings } from './settings.js';
export { readBack, type ByteRange } from './workload/read-back.js';
export type { WorkloadResult } from './workload/tally.js';
export { Workload } from './workload/workload.js';
