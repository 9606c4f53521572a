import { encodeCapture, formats, type TestFormat } from '@fenceline/capture/testing';
import { framesOfQueue, type SeenFrame } from './frames.js';

const linkTypes = { ethernet: 1, rawIp: 101, linuxCooked: 113 };
const ethernetHeader = 14;

/** Frames of a capture that show what a file of captures can hold; the fewer, the more inputs in the same time. */
const few = 6;

/** Captures of a few frames in one kind of file: each byte order and unit of time, several link types, a cut packet. */
export function fewFrames(kind: TestFormat['kind']): Uint8Array[] {
  const frames = framesOfQueue(1, { header: true, data: true });
  return variantsOf(kind).map(({ format, linkType }, index) => {
    const start = (index * few) % (frames.length - few);
    return captureOf(frames.slice(start, start + few), format, linkType);
  });
}

/** Captures of whole connections in one kind of file. */
export function wholeConnections(kind: TestFormat['kind']): Uint8Array[] {
  const queues = [framesOfQueue(0), framesOfQueue(1, { header: true, data: true })];
  return variantsOf(kind).map(({ format, linkType }, index) =>
    captureOf(queues[index % queues.length]!, format, linkType),
  );
}

function variantsOf(kind: TestFormat['kind']): { format: TestFormat; linkType: number }[] {
  return formats
    .filter((format) => format.kind === kind)
    .flatMap((format) => Object.values(linkTypes).map((linkType) => ({ format, linkType })));
}

function captureOf(frames: readonly SeenFrame[], format: TestFormat, linkType: number): Uint8Array {
  const packets = frames.map(({ t, bytes }, number) => {
    const isOther = format.kind === 'pcapng' && number % 9 === 2;
    const whole = withLinkType(bytes, isOther ? linkTypes.rawIp : linkType);
    return {
      seconds: 1_700_000_000 + number,
      ns: t % 1_000_000_000,
      bytes: number % 20 === 4 ? whole.subarray(0, -10) : whole,
      originalLength: whole.length,
      linkType: isOther ? linkTypes.rawIp : linkType,
    };
  });
  return encodeCapture(packets, format);
}

/** An Ethernet frame as a capture of another link type has it. */
function withLinkType(frame: Uint8Array, linkType: number): Uint8Array {
  const ip = frame.subarray(ethernetHeader);
  if (linkType === linkTypes.ethernet) return frame;
  if (linkType === linkTypes.rawIp) return ip;
  const cooked = new Uint8Array(16 + ip.length);
  cooked.set([0x08, 0x00], 14);
  cooked.set(ip, 16);
  return cooked;
}
