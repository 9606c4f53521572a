import { tcpFlag } from '@fenceline/capture';
import type { PlanLink } from '@fenceline/contracts';
import type { LinkEnd } from '@fenceline/fabric';
import type { OpenConnection } from '@fenceline/history';
import { ipv4Bytes, macBytes } from './addresses.js';
import { FrameWriter } from './frame-writer.js';

type LinkAddresses = Pick<PlanLink, 'hostMac' | 'hostAddress' | 'nodeMac' | 'nodeAddress'>;

/**
 * A frame that resets a connection at one end of its link when it is delivered there now, and seems to come from the
 * other end. Its sequence number is the very one that is expected next: any other one is asked about, or ignored
 * (RFC 5961, section 3.2).
 */
export function forgeReset(
  link: LinkAddresses,
  to: LinkEnd,
  connection: OpenConnection,
): Uint8Array {
  const { hostPort, nodePort } = connection;
  const host = { mac: macBytes(link.hostMac), address: ipv4Bytes(link.hostAddress) };
  const node = { mac: macBytes(link.nodeMac), address: ipv4Bytes(link.nodeAddress) };
  const [from, receiver, ports] =
    to === 'host'
      ? [node, host, { sourcePort: nodePort, destinationPort: hostPort }]
      : [host, node, { sourcePort: hostPort, destinationPort: nodePort }];
  const sequence = connection.expectedBy(to);
  const segment = { ...ports, sequence, acknowledgement: 0, flags: tcpFlag.rst, window: 0 };
  return new FrameWriter(from, receiver).frame(segment, 0);
}
