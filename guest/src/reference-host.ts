import { LabClock } from '@fenceline/lab/lab-clock';
import {
  hostDecisionsNamed,
  readBack,
  ReferenceHost,
  Workload,
  type GuestHostConfig,
  type GuestHostRequest,
  type WorkloadResult,
} from '@fenceline/reference';
import { serveControl } from './control-server.js';
import { consoleLog, machineRandom, readConfig, tellReady } from './program.js';
import { TcpDialer } from './tcp-dialer.js';

/** The program of a host of the kind `reference`: its associations and its workloads on the guest's network. */
const config = readConfig() as GuestHostConfig;
const scheduler = new LabClock();

const host = new ReferenceHost({
  ...config.settings,
  scheduler,
  log: consoleLog(),
  dialer: new TcpDialer(config.paths),
  hostNqn: config.hostNqn,
  hostId: Uint8Array.from(Buffer.from(config.hostId.replaceAll('-', ''), 'hex')),
  subsystemNqn: config.subsystemNqn,
  paths: config.paths.map(({ name }) => ({ name })),
  decisions: hostDecisionsNamed(config.mutant),
});

const workloads = new Map<string, { running: Workload; result: Promise<WorkloadResult> }>();

// Leaves the array in order: controllers are shut down, connections ended.
process.once('SIGTERM', () => host.stop(() => process.exit(0)));
void serveControl((request) => serve(request as GuestHostRequest)).then(tellReady);

async function serve(request: GuestHostRequest): Promise<unknown> {
  switch (request.ask) {
    case 'connect':
      await new Promise<void>((live) => host.start(live));
      return null;
    case 'start': {
      let ended: (result: WorkloadResult) => void = () => undefined;
      const result = new Promise<WorkloadResult>((resolve) => (ended = resolve));
      const running = new Workload(host, scheduler, machineRandom, request.fio, ended);
      workloads.set(request.workload, { running, result });
      return null;
    }
    case 'stop':
      workloadOf(request.workload).running.stop();
      return null;
    case 'result':
      return workloadOf(request.workload).result;
    case 'paths':
      return Object.fromEntries(config.paths.map(({ name }) => [name, host.stateOf(name)]));
    case 'read-back': {
      const { path, ranges } = request;
      const result = await new Promise<Parameters<Parameters<typeof readBack>[3]>[0]>((done) =>
        readBack(host, path, ranges, done),
      );
      if (!result.ok) throw new Error(result.error);
      return null;
    }
  }
}

function workloadOf(name: string): { running: Workload; result: Promise<WorkloadResult> } {
  const workload = workloads.get(name);
  if (workload === undefined) throw new Error(`there is no workload ${name}`);
  return workload;
}
