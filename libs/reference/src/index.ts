export * from './controller/array-node.js';
export * from './controller/decisions.js';
export { type PeerOptions } from './controller/relay.js';
export { type PortOptions } from './controller/port.js';
export * from './controller/settings.js';
export { DISCOVERY_NQN, type NamespaceOptions } from './controller/subsystem.js';
export * from './transport.js';
