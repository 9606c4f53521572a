import type { AnaState } from '@fenceline/contracts';
import {
  ANY_CONTROLLER,
  connectedCntlid,
  cstsFatal,
  cstsReady,
  Feature,
  Property,
  readIdentifyController,
  roundKato,
  statusName,
  type IdentifyController,
} from '@fenceline/nvme';
import { anaStateOf, readAnaLogPage } from './ana.js';
import {
  connectCommand,
  identify,
  identifyController,
  propertyGet,
  propertySet,
  setFeature,
  setQueues,
  type Completion,
  type HostCommand,
} from './command.js';
import { HandshakeError } from './handshake-error.js';
import { readNamespace, type NamespaceFacts } from './namespace.js';

/** What a handshake wants done next; a command's answer is handed back to it. */
export type HandshakeStep =
  | { do: 'open'; qid: number; entries: number; capsuleDataBytes: number | null }
  | { do: 'command'; qid: number; command: HostCommand }
  | { do: 'wait'; ms: number };

/** What a host wants of a controller. */
export interface HandshakeWishes {
  hostNqn: string;
  hostId: Uint8Array;
  subsystemNqn: string;
  keepAliveMs: number;
  queues: number;
  nsid: number;
}

/** What a host knows of a controller once it is connected. */
export interface ControllerFacts {
  cntlid: number;
  identify: IdentifyController;
  /** Keep Alive time-out as the controller counts it, in ms. */
  katoMs: number;
  namespace: NamespaceFacts;
  anaState: AnaState;
}

/** A handshake that ends with what it found out. */
export type Handshake<T> = Generator<HandshakeStep, T, Completion | undefined>;

const ADMIN_QUEUE_ENTRIES = 32;
const IO_QUEUE_ENTRIES = 128;
const READY_POLL_MS = 100;
/** CC: enabled, NVM command set, 64-byte submission and 16-byte completion entries. */
const ENABLED = 0x0046_0001;
const CNS_NAMESPACE = 0x00;

/** Events that are asked for, as far as the controller has them: ANA change, CCR completed. */
const WANTED_EVENTS = (1 << 11) | (1 << 20);
const CMIC_ANA = 1 << 3;

/** Connects an admin queue and enables the controller (Base Specification, sections 3.5 and 6.3). */
export function* connectAdmin(
  wishes: HandshakeWishes,
): Handshake<Omit<ControllerFacts, 'namespace' | 'anaState'>> {
  yield { do: 'open', qid: 0, entries: ADMIN_QUEUE_ENTRIES, capsuleDataBytes: null };
  const { dword0 } = yield* execute(
    0,
    connectCommand({ ...wishes, qid: 0, entries: ADMIN_QUEUE_ENTRIES, cntlid: ANY_CONTROLLER }),
    'Connect',
  );
  const cntlid = connectedCntlid(dword0);
  const capabilities = yield* execute(0, propertyGet(Property.capabilities, 8), 'Property Get CAP');
  yield* execute(0, propertySet(Property.configuration, ENABLED), 'Property Set CC');
  yield* untilReady(readyTimeoutMs(capabilities.dword0));
  const { data } = yield* execute(0, identifyController(), 'Identify Controller');
  const facts = readIdentifyController(data);
  if (facts.cntlid !== cntlid) {
    throw new HandshakeError(`Identify names CNTLID ${facts.cntlid}, Connect gave ${cntlid}`);
  }
  return { cntlid, identify: facts, katoMs: roundKato(wishes.keepAliveMs, facts.kas) };
}

/** Connects to an NVM subsystem: the controller, what it has, and the I/O queues. */
export function* connectController(wishes: HandshakeWishes): Handshake<ControllerFacts> {
  const facts = yield* connectAdmin(wishes);
  const granted = yield* execute(0, setQueues(wishes.queues), 'Set Features, number of queues');
  const queues = Math.min(wishes.queues, (granted.dword0 & 0xffff) + 1);
  const events = facts.identify.oaes & WANTED_EVENTS;
  if (events !== 0) {
    yield* execute(0, setFeature(Feature.asyncEventConfiguration, events), 'Set Features, events');
  }
  const answer = yield* execute(0, identify(CNS_NAMESPACE, wishes.nsid), 'Identify Namespace');
  const namespace = readNamespace(answer.data, wishes.nsid);
  const anaState = yield* readAna(facts.identify, namespace.anaGroup);
  const capsuleDataBytes = Math.max(0, facts.identify.ioccsz * 16 - 64);
  for (let qid = 1; qid <= queues; qid++) {
    yield { do: 'open', qid, entries: IO_QUEUE_ENTRIES, capsuleDataBytes };
    const { cntlid } = facts;
    const command = connectCommand({
      ...wishes,
      qid,
      entries: IO_QUEUE_ENTRIES,
      cntlid,
      keepAliveMs: 0,
    });
    yield* execute(qid, command, `Connect of I/O queue ${qid}`);
  }
  return { ...facts, namespace, anaState };
}

function* readAna({ cmic }: IdentifyController, group: number): Handshake<AnaState> {
  if ((cmic & CMIC_ANA) === 0) return 'optimized';
  const { data } = yield* execute(0, readAnaLogPage(), 'Get Log Page, ANA');
  return anaStateOf(data, group);
}

function* untilReady(timeoutMs: number): Handshake<void> {
  for (let waitedMs = 0; ; waitedMs += READY_POLL_MS) {
    const { dword0: csts } = yield* execute(
      0,
      propertyGet(Property.status, 4),
      'Property Get CSTS',
    );
    if (cstsFatal(csts)) throw new HandshakeError('the controller reports a fatal status');
    if (cstsReady(csts)) return;
    if (waitedMs >= timeoutMs) throw new HandshakeError('the controller does not become ready');
    yield { do: 'wait', ms: READY_POLL_MS };
  }
}

/** CAP.TO: how long enabling may take, in units of 500 ms. */
const readyTimeoutMs = (capabilities: number): number => (capabilities >>> 24) * 500;

/** Sends a command and hands back its answer, which must be a success. */
export function* execute(qid: number, command: HostCommand, what: string): Handshake<Completion> {
  const completion = yield { do: 'command', qid, command };
  if (completion === undefined) throw new Error(`no answer was handed back for ${what}`);
  if (completion.status !== 0) {
    throw new HandshakeError(`${what}: ${statusName(completion.status)}`);
  }
  return completion;
}
