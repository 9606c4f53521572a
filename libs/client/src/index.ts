export { connect, type Client, type ConnectOptions } from './connect.js';
export type { components, operations, paths } from './generated/api.js';
