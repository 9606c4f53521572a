import type { GivenSettings } from './controller/settings.js';
import type { HostSettings } from './host/settings.js';
import type { ByteRange } from './host/workload/read-back.js';
import type { WorkloadResult } from './host/workload/tally.js';
import type { AnaState, FioOptions } from '@fenceline/contracts';
import type { PathState } from './host/path-state.js';

/**
 * What the guest programs are told, as JSON files, and what they are asked while they run. A request is one JSON
 * value over a TCP connection to the guest's loopback, ended with FIN; so is its answer.
 */

/** Port of the loopback interface at which a guest program takes requests. */
export const guestControlPort = 4199;

/** Port at which a node takes connections of its peers. */
export const peerPort = 4421;

/** A node at the other end of an inter-node link. */
export interface GuestPeer {
  name: string;
  cntlidMin: number;
  cntlidMax: number;
  /** Addresses on the link: the node's own and the peer's. */
  localAddress: string;
  address: string;
  /** One of the two makes the connection, the other takes it. */
  dials: boolean;
}

export interface GuestPort {
  id: number;
  address: string;
  trsvcid: number;
}

export interface GuestNodeConfig {
  name: string;
  subsystemNqn: string;
  serial: string;
  namespaceId: number;
  namespaceUuid: string;
  cntlidMin: number;
  cntlidMax: number;
  /** `disk` is the serial number of the block device below the port. */
  ports: (GuestPort & { disk: string })[];
  otherPorts: GuestPort[];
  settings: GivenSettings;
  /** Name of a mutant; null is the correct controller. */
  mutant: string | null;
  peers: GuestPeer[];
}

/** `null` answers a request that was carried out. */
export type GuestNodeRequest =
  | { ask: 'set-ana'; port: number; state: AnaState }
  | { ask: 'hold-writes' | 'release-writes'; port: number };

export interface GuestHostConfig {
  name: string;
  hostNqn: string;
  /** A UUID. */
  hostId: string;
  subsystemNqn: string;
  paths: { name: string; address: string; trsvcid: number; localAddress: string }[];
  settings: Pick<
    HostSettings,
    | 'keepAliveMs'
    | 'keepAlives'
    | 'reconnectDelayMs'
    | 'ctrlLossTimeoutMs'
    | 'ioTimeoutMs'
    | 'queues'
    | 'ioPolicy'
    | 'fence'
    | 'digests'
    | 'nsid'
  >;
  /** Name of a mutant; null is the correct host. */
  mutant: string | null;
}

export type GuestHostRequest =
  /** Connects every path; the answer comes when all are live. */
  | { ask: 'connect' }
  /** Starts a workload; the answer comes when it has begun. */
  | { ask: 'start'; workload: string; fio: FioOptions }
  /** Asks a workload to end. */
  | { ask: 'stop'; workload: string }
  /** Answers with its `WorkloadResult`, once it has ended. */
  | { ask: 'result'; workload: string }
  /** Answers with the state of each path, by name. */
  | { ask: 'paths' }
  /** Reads ranges back through one path. */
  | { ask: 'read-back'; path: string; ranges: ByteRange[] };

/** What a request is answered with: its value, or why it could not be carried out. */
export type GuestAnswer<Value> = { ok: true; value: Value } | { ok: false; error: string };

/** Values of the answers of a host, by request. */
export interface GuestHostAnswers {
  connect: null;
  start: null;
  stop: null;
  result: WorkloadResult;
  paths: Record<string, PathState>;
  'read-back': null;
}
