import { FrameHeaders, formatAddress, parsePacket } from '@fenceline/capture';
import { law, sameTrace, type Trace } from '../laws.js';
import { framesOfQueue } from '../material/frames.js';
import { joined, Seeds } from '../mutate.js';
import type { Random } from '../random.js';
import type { Target } from '../target.js';

const ethernetHeader = 14;
const linkTypes = [1, 1, 1, 1, 0, 12, 14, 101, 108, 113, 228, 229, 276, 2];

/** IPv6 with extension headers in front of the TCP header of an IPv4 frame, and a VLAN tag or two. */
function variants(frame: Uint8Array): Uint8Array[] {
  const tcp = frame.subarray(ethernetHeader + 20);
  const macs = frame.subarray(0, 12);
  const addresses = new Uint8Array(32).fill(0xfd);
  const extensions = [0, 0, 1, 4, 0, 0, 0, 0, 44, 0, 0, 0, 0, 0, 0, 0, 6, 0, 0, 0, 0, 0, 0, 1];
  const length = extensions.length + tcp.length;
  const fixed = [0x60, 0, 0, 0, length >> 8, length & 0xff, 60, 64];
  const ipv6 = joined(Uint8Array.from(fixed), addresses, Uint8Array.from(extensions), tcp);
  const ipv4 = frame.subarray(ethernetHeader);
  return [
    frame,
    joined(macs, Uint8Array.of(0x86, 0xdd), ipv6),
    joined(macs, Uint8Array.of(0x88, 0xa8, 0, 5, 0x81, 0, 0, 6, 0x08, 0), ipv4),
    joined(macs, Uint8Array.of(0x08, 0x06), ipv4.subarray(0, 28)),
    ipv4,
    ipv6,
  ];
}

/**
 * The parser of frames. Laws: nothing is thrown; TCP is told only of a frame whose headers were captured; where a
 * frame lies in its buffer, and what lies around it, makes no difference.
 */
export function frameTarget(share: number): Target {
  const seeds = new Seeds(
    framesOfQueue(1)
      .slice(0, 8)
      .flatMap(({ bytes }) => variants(bytes)),
  );
  return {
    name: 'frame',
    share,
    try(random) {
      const frame = seeds.mutant(random);
      const linkType = random.pick(linkTypes);
      const wireLength = frame.length + (random.oneIn(4) ? random.below(100) : 0);
      const there = embedded(frame, random);
      const trace = traceOf(linkType, frame, 0, wireLength);
      sameTrace(
        trace,
        traceOf(linkType, there.bytes, there.at, wireLength, frame.length),
        'the place of a frame makes a difference',
      );
    },
  };
}

/** The frame in a buffer with other bytes around it. */
function embedded(frame: Uint8Array, random: Random): { bytes: Uint8Array; at: number } {
  const at = random.below(40);
  const bytes = new Uint8Array(at + frame.length + 40).fill(random.word());
  bytes.set(frame, at);
  return { bytes, at };
}

function traceOf(
  linkType: number,
  bytes: Uint8Array,
  at: number,
  wireLength: number,
  length = bytes.length,
): Trace {
  const headers = new FrameHeaders();
  parsePacket(linkType, bytes, at, at + length, wireLength, headers);
  const { network, transport, problem, vlan, etherType, fragment } = headers;
  const trace: Trace = [network, transport, problem, vlan, etherType];
  if (problem !== null || network === 'other') return trace;
  const { sourceAddressOffset: source, destinationAddressOffset: destination } = headers;
  trace.push(formatAddress(bytes, source, headers.addressLength));
  trace.push(formatAddress(bytes, destination, headers.addressLength));
  if (transport !== 'tcp') return trace;
  law(headers.payloadOffset >= headers.transportOffset + 20, 'TCP data begin inside its header');
  law(headers.payloadOffset <= headers.capturedEnd, 'TCP data begin behind what was captured');
  law(headers.payloadOffset <= headers.networkEnd, 'TCP data begin behind the datagram');
  law(headers.networkEnd <= headers.wireEnd, 'the datagram ends behind its frame');
  trace.push(headers.sourcePort, headers.destinationPort, headers.sequence, headers.flags);
  trace.push(headers.acknowledgement, headers.window, fragment);
  trace.push(headers.payloadOffset - at, headers.networkEnd - at);
  return trace;
}
