import { readText } from '@fenceline/nvme';
import { getLogPage } from './command.js';
import { Connector } from './connector.js';
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

const DISCOVERY_NQN = 'nqn.2014-08.org.nvmexpress.discovery';
const DISCOVERY_LOG_PAGE = 0x70;
const HEADER_BYTES = 1024;
const ENTRY_BYTES = 1024;

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

function* readPorts(wishes: HandshakeWishes): Handshake<DiscoveredPort[]> {
  yield* connectAdmin(wishes);
  const header = yield* execute(0, getLogPage(DISCOVERY_LOG_PAGE, HEADER_BYTES), 'Get Log Page');
  const view = new DataView(header.data.buffer, header.data.byteOffset, header.data.byteLength);
  const ports: DiscoveredPort[] = [];
  const count = Number(view.getBigUint64(8, true));
  for (let i = 0; i < count; i++) {
    const at = HEADER_BYTES + i * ENTRY_BYTES;
    const command = getLogPage(DISCOVERY_LOG_PAGE, ENTRY_BYTES, 0, at);
    ports.push(readEntry((yield* execute(0, command, 'Get Log Page')).data));
  }
  return ports;
}

function readEntry(bytes: Uint8Array): DiscoveredPort {
  return {
    subsystemNqn: readText(bytes, 256, 256),
    portId: bytes[4]! | (bytes[5]! << 8),
    address: readText(bytes, 512, 256),
    service: readText(bytes, 32, 32),
  };
}
