export * from './array-node.js';
export * from './decisions.js';
export { type PortOptions } from './port.js';
export { type PeerOptions } from './relay.js';
export * from './settings.js';
export type { NamespaceOptions } from './subsystem.js';
