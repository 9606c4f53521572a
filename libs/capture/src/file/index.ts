export { CaptureReader, unpackingTool, type AnyPacket } from './capture-reader.js';
