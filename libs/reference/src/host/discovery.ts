import { DISCOVERY_NQN, LogPage, readText } from '@fenceline/nvme';
import { getLogPage } from './command.js';
import { Connector } from './connector.js';
import { HandshakeError } from './handshake-error.js';
import { connectAdmin, execute, type Handshake, type HandshakeWishes } from './handshake.js';
import type { CompleteSettings } from './settings.js';

/** An entry of the Discovery log page (Base Specification, section 5.1.12.3.1). */
export interface DiscoveredPort {
  subsystemNqn: string;
  /** NVMe port; addresses are text, as the transport writes them. */
  portId: number;
  address: string;
  service: string;
}

const HEADER_BYTES = 1024;
const ENTRY_BYTES = 1024;
/** Reads of a log page that changes while it is read, before the host gives up. */
const MAX_READS = 3;

/** Connects to the discovery controller at the end of a path, reads its log page and leaves. `done` is called once. */
export function discover(
  settings: CompleteSettings,
  path: string,
  done: (found: DiscoveredPort[] | { error: string }) => void,
): void {
  const wishes = { ...settings, subsystemNqn: DISCOVERY_NQN, keepAliveMs: 0 };
  let isDone = false;
  const connector = new Connector(settings, path, readPorts(wishes), {
    connected: (ports) => {
      isDone = true;
      connector.end();
      done(ports);
    },
    lost: (error) => {
      if (isDone) return;
      isDone = true;
      connector.abort();
      done({ error });
    },
  });
}

/** Reads the log page anew where its generation counter has changed meanwhile (section 5.1.12.3.1). */
function* readPorts(wishes: HandshakeWishes): Handshake<DiscoveredPort[]> {
  yield* connectAdmin(wishes);
  for (let reads = 0; reads < MAX_READS; reads++) {
    const { generation, records } = yield* readHeader();
    const ports: DiscoveredPort[] = [];
    for (let i = 0; i < records; i++) {
      const command = getLogPage(LogPage.discovery, ENTRY_BYTES, 0, HEADER_BYTES + i * ENTRY_BYTES);
      ports.push(readEntry((yield* execute(0, command, 'Get Log Page')).data));
    }
    if ((yield* readHeader()).generation === generation) return ports;
  }
  throw new HandshakeError('the Discovery log page changes all the time');
}

function* readHeader(): Handshake<{ generation: bigint; records: number }> {
  const { data } = yield* execute(0, getLogPage(LogPage.discovery, HEADER_BYTES), 'Get Log Page');
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  return { generation: view.getBigUint64(0, true), records: Number(view.getBigUint64(8, true)) };
}

function readEntry(bytes: Uint8Array): DiscoveredPort {
  return {
    subsystemNqn: readText(bytes, 256, 256),
    portId: bytes[4]! | (bytes[5]! << 8),
    address: readText(bytes, 512, 256),
    service: readText(bytes, 32, 32),
  };
}
