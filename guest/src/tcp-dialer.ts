import type { Connection, ConnectionUser, Dialer, GuestHostConfig } from '@fenceline/reference';
import { connect } from 'node:net';
import { SocketConnection } from './socket-connection.js';

/** Connects over the network cards of the guest: a path is an address of the array, reached from one of the host's. */
export class TcpDialer implements Dialer {
  constructor(private readonly paths: GuestHostConfig['paths']) {}

  connect(path: string, user: ConnectionUser & { opened(): void }): Connection {
    const to = this.paths.find(({ name }) => name === path);
    if (to === undefined) throw new Error(`there is no path ${path}`);
    const { address, trsvcid, localAddress } = to;
    const socket = connect({ host: address, port: trsvcid, localAddress });
    const connection = new SocketConnection(socket);
    connection.tell(user);
    socket.once('connect', () => user.opened());
    return connection;
  }
}
