/** Decoding of any capture: apart from the rest, which a command that only decodes need not load. */
export { CaptureDecoder, NVME_PORTS, type DecodeTrouble } from './capture-decoder.js';
export { none, type CommandEnd, type DecodedCommand } from './decoded-command.js';
