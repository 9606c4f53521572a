export { isPcap, PcapReader, type PcapPacket } from './reader.js';
