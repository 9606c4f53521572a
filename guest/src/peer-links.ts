import { peerPort, type GuestPeer, type ReferenceArrayNode } from '@fenceline/reference';
import { connect, createServer, type Socket } from 'node:net';
import { SocketConnection } from './socket-connection.js';

/** Time between two attempts to reach a peer, in ms. */
const retryMs = 500;

/** Joins a node with its peers: takes their connections, or makes them, again and again. */
export function joinPeers(node: ReferenceArrayNode, peers: readonly GuestPeer[]): void {
  for (const peer of peers) {
    if (peer.dials) dial(node, peer);
    else listen(node, peer);
  }
}

function join(node: ReferenceArrayNode, peer: GuestPeer, socket: Socket): void {
  const connection = new SocketConnection(socket);
  connection.tell(node.joinPeer(peer.name, connection));
}

function listen(node: ReferenceArrayNode, peer: GuestPeer): void {
  createServer((socket) => join(node, peer, socket)).listen(peerPort, peer.localAddress);
}

function dial(node: ReferenceArrayNode, peer: GuestPeer): void {
  const { address, localAddress } = peer;
  const socket = connect({ host: address, port: peerPort, localAddress });
  socket.on('error', () => undefined);
  socket.once('connect', () => join(node, peer, socket));
  socket.once('close', () => setTimeout(() => dial(node, peer), retryMs));
}
