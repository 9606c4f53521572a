export {
  ConnectionTable,
  type ConnectionListener,
  type OpenedConnection,
} from './connection-table.js';
export { HalfConnection, type HalfConnectionListener } from './half-connection.js';
export { OrderedStream, type ByteSink } from './ordered-stream.js';
export type { Segment } from './segment.js';
export { SentWindow } from './sent-window.js';
export type { Side, View } from './side.js';
