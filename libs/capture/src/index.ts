export * from './payload.js';
export * from './journal/index.js';
export * from './pcap/index.js';
export * from './pcapng/index.js';
export * from './file/index.js';
export * from './frame/index.js';
export * from './tcp/index.js';
