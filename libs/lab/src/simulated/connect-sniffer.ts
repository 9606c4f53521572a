import { AdminOpcode, FabricsType, PduType } from '@fenceline/nvme';
import type { Connection } from '@fenceline/reference';

/** Where a Connect stands in its capsule: the submission queue entry follows the common header of 8 bytes. */
const opcodeAt = 8;
const fabricsTypeAt = 12;
const queueIdAt = 50;
const capsuleBytes = 72;

/** A connection that tells, once, of which queue it became the connection by the Connect that went over it. */
export function tellQueue(connection: Connection, tell: (queue: number) => void): Connection {
  return {
    send: (bytes) => {
      const queue = queueOfConnect(bytes);
      if (queue !== null) tell(queue);
      connection.send(bytes);
    },
    end: () => connection.end(),
    abort: () => connection.abort(),
  };
}

/** The QID of a Connect capsule (NVMe Base Specification 2.3, section 6.3); null for anything else. */
function queueOfConnect(bytes: Uint8Array): number | null {
  const isConnect =
    bytes.length >= capsuleBytes &&
    bytes[0] === PduType.capsuleCmd &&
    bytes[opcodeAt] === AdminOpcode.fabrics &&
    bytes[fabricsTypeAt] === FabricsType.connect;
  return isConnect ? bytes[queueIdAt]! | (bytes[queueIdAt + 1]! << 8) : null;
}
