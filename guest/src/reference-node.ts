import { LabClock } from '@fenceline/lab/lab-clock';
import {
  controllerDecisionsNamed,
  ReferenceArrayNode,
  type GuestNodeConfig,
  type GuestNodeRequest,
} from '@fenceline/reference';
import { createServer } from 'node:net';
import { BlockDevice } from './block-device.js';
import { serveControl } from './control-server.js';
import { joinPeers } from './peer-links.js';
import { consoleLog, machineRandom, readConfig, tellReady } from './program.js';
import { SocketConnection } from './socket-connection.js';

/** The program of an array node of the kind `reference`: its controllers on the guest's network and disks. */
const config = readConfig() as GuestNodeConfig;
const asText = <Port extends { trsvcid: number }>(port: Port) => ({
  ...port,
  trsvcid: String(port.trsvcid),
});

const node = new ReferenceArrayNode({
  name: config.name,
  scheduler: new LabClock(),
  random: machineRandom,
  log: consoleLog(),
  subsystemNqn: config.subsystemNqn,
  serial: config.serial,
  namespace: { nsid: config.namespaceId, uuid: config.namespaceUuid },
  ports: config.ports.map(({ disk, ...port }) => ({
    ...asText(port),
    medium: BlockDevice.withSerial(disk),
  })),
  otherPorts: config.otherPorts.map(asText),
  cntlidMin: config.cntlidMin,
  cntlidMax: config.cntlidMax,
  settings: config.settings,
  decisions: controllerDecisionsNamed(config.mutant),
  peers: config.peers,
});

joinPeers(node, config.peers);
void Promise.all(config.ports.map(({ id, address, trsvcid }) => listen(id, address, trsvcid))).then(
  async () => {
    await serveControl(serve);
    tellReady();
  },
);

function listen(portId: number, address: string, trsvcid: number): Promise<void> {
  const server = createServer((socket) => {
    const connection = new SocketConnection(socket);
    connection.tell(node.accept(portId, connection));
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(trsvcid, address, resolve);
  });
}

function serve(asked: unknown): Promise<null> {
  const request = asked as GuestNodeRequest;
  const { port } = request;
  if (request.ask === 'set-ana') node.setAnaState(port, request.state);
  else if (request.ask === 'hold-writes') node.holdWrites(port);
  else node.releaseWrites(port);
  return Promise.resolve(null);
}
