import { NS_PER_S, type Scheduler } from '@fenceline/contracts';
import {
  peerPort,
  type Connection,
  type ConnectionUser,
  type ReferenceArrayNode,
} from '@fenceline/reference';
import type { TcpStack } from './tcp/tcp-stack.js';

/** A connection that was lost is tried again after this long. */
const retryAfterNs = NS_PER_S;

/** One end of a link between two array nodes. */
export interface PeerEnd {
  name: string;
  array: ReferenceArrayNode;
  stack: TcpStack;
}

/** Joins two array nodes by a connection over the link between them, and again whenever it was lost. */
export function joinPeers(from: PeerEnd, to: PeerEnd, scheduler: Scheduler): void {
  to.stack.listen(peerPort, (connection) => to.array.joinPeer(from.name, connection));
  const dial = (): void => {
    let user: ConnectionUser | null = null;
    const connection: Connection = from.stack.dial(peerPort, {
      opened: () => (user = from.array.joinPeer(to.name, connection)),
      received: (bytes) => user?.received(bytes),
      closed: () => {
        user?.closed();
        scheduler.at(scheduler.now() + retryAfterNs, dial);
      },
    });
  };
  dial();
}
