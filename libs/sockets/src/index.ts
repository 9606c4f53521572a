export { readInto, type Reader } from './read-into.js';
export { UnixListener, type ListenOptions, type Owner } from './unix-listener.js';
