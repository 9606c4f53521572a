import { VirtualTime } from '@fenceline/contracts';
import type { Connection, ConnectionUser } from '@fenceline/reference';
import { SeededRandom } from '../../random.js';
import { SimulatedLink } from '../simulated-link.js';
import { TcpStack } from './tcp-stack.js';

export const host = {
  mac: new Uint8Array([2, 0, 0, 0, 1, 1]),
  address: new Uint8Array([10, 0, 1, 1]),
};
export const node = {
  mac: new Uint8Array([2, 0, 0, 0, 1, 2]),
  address: new Uint8Array([10, 0, 1, 2]),
};

/** What one side of a connection saw. */
export class Side implements ConnectionUser {
  connection!: Connection;
  isOpen = false;
  isClosed = false;
  readonly bytes: number[] = [];

  opened(): void {
    this.isOpen = true;
  }

  received(bytes: Uint8Array): void {
    this.bytes.push(...bytes);
  }

  closed(): void {
    if (this.isClosed) throw new Error('told twice that it is closed');
    this.isClosed = true;
  }
}

/** Two ends of a link with TCP on them. */
export class TwoStacks {
  readonly time = new VirtualTime();
  readonly link: SimulatedLink;
  readonly host: TcpStack;
  readonly node: TcpStack;
  /** Sides of the connections that were accepted, in their order. */
  readonly accepted: Side[] = [];

  constructor(seed = 1) {
    const random = new SeededRandom(seed, 'two stacks');
    const timed = { scheduler: this.time, random: () => random.word() };
    this.link = new SimulatedLink({ name: 'A', ...timed });
    const common = { ...timed, memory: (length: number) => this.link.frames.take(length) };
    const sendFromHost = this.link.plug('host', (frame) => this.host.receive(frame));
    const sendFromNode = this.link.plug('node', (frame) => this.node.receive(frame));
    this.host = new TcpStack({ ...common, local: host, remote: node, send: sendFromHost });
    this.node = new TcpStack({ ...common, local: node, remote: host, send: sendFromNode });
    this.node.listen(4420, (connection) => {
      const side = new Side();
      side.connection = connection;
      side.isOpen = true;
      this.accepted.push(side);
      return side;
    });
  }

  dial(port = 4420): Side {
    const side = new Side();
    side.connection = this.host.dial(port, side);
    return side;
  }

  /** Lets virtual time pass, in ms. */
  pass(ms: number): void {
    this.time.runTo(this.time.now() + ms * 1e6);
  }
}
