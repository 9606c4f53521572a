import {
  AdminOpcode,
  CcrStatus,
  ccEnable,
  ccrImmediate,
  ccrImpairedCntlid,
  ccrLogAnnounced,
  ccrRandomNumber,
  ccrUniquifier,
  ccShutdown,
  connectedCntlid,
  connectKatoMs,
  connectQueueId,
  cstsReady,
  cstsShutdownComplete,
  Feature,
  featureId,
  featureValue,
  FabricsType,
  fabricsType,
  IDENTIFY_BYTES,
  logPageOffset,
  Property,
  propertyOffset,
  propertyValue,
  readCcrLog,
  readConnectData,
  readIdentifyController,
  roundKato,
  type ConnectData,
} from '@fenceline/nvme';
import type { View } from '@fenceline/capture';
import { never, type Association, type Command, type Connection, type FrameRef } from '../model.js';
import type { TopologyLink } from '../topology.js';
import { AssociationState, entryKey, type AcceptedCcr } from './association-state.js';
import { CollectedData, type InFlight } from './in-flight.js';

/** A controller that no Connect named: CNTLID FFFFh is never a controller's. */
const UNKNOWN_CONTROLLER = 0xffff;

/**
 * The associations of all links: who they join, what their controllers told the host, when the host gave
 * them up, and what ended their fence (rules: "Fence ends").
 */
export class AssociationTracker {
  readonly associations: Association[] = [];
  readonly #states: AssociationState[] = [];
  /** Per link, the association of connections whose Connect is not in the capture. */
  readonly #orphans = new Map<string, AssociationState>();
  readonly #onOpened: (association: Association) => void;
  readonly #onGivenUp: (association: Association) => void;

  /**
   * @param onOpened - called when an admin Connect was sent
   * @param onGivenUp - called when the first reason is seen to say that a host gave an association up
   */
  constructor(
    onOpened: (association: Association) => void,
    onGivenUp: (association: Association) => void,
  ) {
    this.#onOpened = onOpened;
    this.#onGivenUp = onGivenUp;
  }

  /** A Connect was sent: of an admin queue, which begins an association, or of an I/O queue, which joins one. */
  connectSent(flight: InFlight, connection: Connection, link: TopologyLink): AssociationState {
    const entry = flight.entry!;
    const data = readConnectData((flight.sentToNode as CollectedData).bytes);
    const qid = connectQueueId(entry, 0);
    connection.qid = qid;
    let state: AssociationState;
    if (qid === 0) {
      state = this.#open(link, data);
      state.askedKatoMs = connectKatoMs(entry, 0);
      state.model.katoMs = state.askedKatoMs;
    } else {
      state = this.#ofQueue(link, data) ?? this.orphanOf(link);
    }
    state.model.connections.push(connection);
    return state;
  }

  /** The association of a link's connections whose Connect was not seen. */
  orphanOf(link: TopologyLink): AssociationState {
    const known = this.#orphans.get(link.name);
    if (known !== undefined) return known;
    const state = this.#open(link, {
      cntlid: UNKNOWN_CONTROLLER,
      hostNqn: '',
      subsystemNqn: '',
    });
    state.model.label = `${link.host} over ${link.name}, Connect not recorded (#${state.model.id})`;
    this.#orphans.set(link.name, state);
    return state;
  }

  stateOf(association: number): AssociationState {
    return this.#states[association]!;
  }

  /** The host gave the association up; the earliest reason counts. */
  giveUp(
    association: Association,
    by: NonNullable<Association['giveUpBy']>,
    t: number,
    frame: FrameRef,
  ): void {
    if (t >= association.giveUpAt) return;
    const first = association.giveUpBy === null;
    association.giveUpAt = t;
    association.giveUpBy = by;
    association.giveUpAtFrame = frame;
    if (first) this.#onGivenUp(association);
  }

  /**
   * A RST was delivered to the host. One that leaves it no connection of the association stands for its give-up: it has
   * nothing left that it could close.
   */
  connectionReset(
    state: AssociationState,
    connection: Connection,
    t: number,
    frame: FrameRef,
  ): void {
    const { model, reset } = state;
    reset.add(connection);
    if (!model.connections.every((one) => reset.has(one))) return;
    model.allResetAt = Math.min(model.allResetAt ?? never, t);
    this.giveUp(model, 'rst', t, frame);
  }

  /** An admin or fabrics command was sent. */
  adminSent(state: AssociationState, flight: InFlight): void {
    const { command } = flight;
    const entry = flight.entry!;
    if (command.opcode === AdminOpcode.crossControllerReset) {
      command.ccr = {
        icid: ccrImpairedCntlid(entry, 0),
        ciu: ccrUniquifier(entry, 0),
        cirn: ccrRandomNumber(entry, 0),
        immediate: false,
      };
      const target = this.#named(state, entry);
      if (target !== null) {
        target.model.ccrNamedAt = Math.min(target.model.ccrNamedAt, command.sentAt);
        this.giveUp(target.model, 'ccr', command.sentAt, command.sentFrame);
      }
    } else if (
      command.opcode === AdminOpcode.fabrics &&
      fabricsType(entry, 0) === FabricsType.propertySet &&
      propertyOffset(entry, 0) === Property.configuration &&
      ccEnable(propertyValue(entry, 0))
    ) {
      // A controller that is enabled anew is no longer one whose reset was confirmed.
      state.disableSentAt = null;
      state.model.resetConfirmedSentAt = never;
      state.model.resetConfirmedDeliveredAt = never;
    }
  }

  /** The answer to an admin or fabrics command left the node, or was delivered to the host. */
  adminAnswered(
    view: View,
    state: AssociationState,
    flight: InFlight,
    status: number,
    dword0: number,
  ): void {
    if (status !== 0) return;
    const entry = flight.entry!;
    switch (flight.command.opcode) {
      case AdminOpcode.fabrics:
        this.#fabricsAnswered(view, state, flight, entry, dword0);
        break;
      case AdminOpcode.identify:
        if (view === 'delivered') this.#identified(state, flight);
        break;
      case AdminOpcode.setFeatures:
        if (view === 'delivered' && featureId(entry, 0) === Feature.keepAliveTimer) {
          state.askedKatoMs = featureValue(entry, 0);
          state.model.katoMs = roundKato(state.askedKatoMs, state.kas);
        }
        break;
      case AdminOpcode.crossControllerReset:
        this.#ccrAnswered(view, state, flight, entry, dword0);
        break;
      case AdminOpcode.getLogPage:
        this.#logPageAnswered(view, state, flight);
        break;
      case AdminOpcode.asyncEventRequest:
        if (view === 'delivered') flight.command.event = dword0;
        break;
      default:
        break;
    }
  }

  /** The host acknowledged, on the admin connection of `source`, all bytes before `position`. */
  answersAcknowledged(source: AssociationState, position: number, frame: FrameRef): void {
    while (source.told.length > 0 && source.told[0]!.end <= position) {
      source.told.shift()!.target.ccrSuccessAcknowledged ??= frame;
    }
  }

  #open(link: TopologyLink, data: ConnectData): AssociationState {
    const id = this.associations.length;
    const model: Association = {
      id,
      label: `${link.host} over ${link.name}, not connected (#${id})`,
      host: link.host,
      hostNqn: data.hostNqn,
      subsystemNqn: data.subsystemNqn,
      link: link.name,
      node: link.node,
      cntlid: data.cntlid,
      connectedAt: never,
      connections: [],
      identifiedAt: never,
      katoMs: 0,
      tbkas: false,
      cqtMs: 0,
      ciu: 0,
      cirn: 0n,
      ccrl: 0,
      lastNewHostBytesAt: -Infinity,
      lastCompleteAt: -Infinity,
      giveUpAt: never,
      giveUpBy: null,
      giveUpAtFrame: null,
      ccrNamedAt: never,
      ccrSuccessDeliveredAt: never,
      resetConfirmedDeliveredAt: never,
      ccrSuccessSentAt: never,
      resetConfirmedSentAt: never,
    };
    const state = new AssociationState(model);
    this.associations.push(model);
    this.#states.push(state);
    this.#onOpened(model);
    return state;
  }

  /** The association that an I/O queue's Connect names: the latest of that host, subsystem, link and controller. */
  #ofQueue(link: TopologyLink, data: ConnectData): AssociationState | null {
    for (let i = this.#states.length - 1; i >= 0; i--) {
      const { model } = this.#states[i]!;
      if (
        model.link === link.name &&
        model.hostNqn === data.hostNqn &&
        model.subsystemNqn === data.subsystemNqn &&
        model.cntlid === data.cntlid
      ) {
        return this.#states[i]!;
      }
    }
    return null;
  }

  /**
   * The association that a CCR names: of the same host and subsystem, with that CNTLID. Where Identify data
   * tell instances apart, CIU and CIRN must agree; else it is the latest.
   */
  #named(source: AssociationState, entry: DataView): AssociationState | null {
    const icid = ccrImpairedCntlid(entry, 0);
    for (let i = this.#states.length - 1; i >= 0; i--) {
      const state = this.#states[i]!;
      const { model } = state;
      if (model.cntlid !== icid || state === source) continue;
      if (model.hostNqn !== source.model.hostNqn) continue;
      if (model.subsystemNqn !== source.model.subsystemNqn) continue;
      const same =
        model.ciu === ccrUniquifier(entry, 0) && model.cirn === ccrRandomNumber(entry, 0);
      if (!state.identified || same) return state;
    }
    return null;
  }

  #fabricsAnswered(
    view: View,
    state: AssociationState,
    flight: InFlight,
    entry: DataView,
    dword0: number,
  ): void {
    const { model } = state;
    const { command } = flight;
    switch (fabricsType(entry, 0)) {
      case FabricsType.connect:
        if (view !== 'delivered' || connectQueueId(entry, 0) !== 0) return;
        model.cntlid = connectedCntlid(dword0);
        model.connectedAt = command.answeredAt;
        model.label = `${model.host} over ${model.link}, CNTLID ${model.cntlid} (#${model.id})`;
        return;
      case FabricsType.propertySet: {
        if (propertyOffset(entry, 0) !== Property.configuration) return;
        const cc = propertyValue(entry, 0);
        if (!ccEnable(cc)) state.disableSentAt ??= command.sentAt;
        if (ccShutdown(cc)) state.shutdownSentAt ??= command.sentAt;
        return;
      }
      case FabricsType.propertyGet: {
        if (propertyOffset(entry, 0) !== Property.status) return;
        const after = (asked: number | null) => asked !== null && command.sentAt > asked;
        const confirmed =
          (after(state.disableSentAt) && !cstsReady(dword0)) ||
          (after(state.shutdownSentAt) && cstsShutdownComplete(dword0));
        if (!confirmed) return;
        if (view === 'sent') {
          model.resetConfirmedSentAt = Math.min(model.resetConfirmedSentAt, command.answerSentAt);
        } else {
          model.resetConfirmedDeliveredAt = Math.min(
            model.resetConfirmedDeliveredAt,
            command.answeredAt,
          );
        }
        return;
      }
      default:
        return;
    }
  }

  #identified(state: AssociationState, flight: InFlight): void {
    const data = flight.deliveredToHost;
    if (!(data instanceof CollectedData) || data.bytes.length !== IDENTIFY_BYTES) return;
    if (!data.complete) return;
    const identify = readIdentifyController(data.bytes);
    const { model } = state;
    state.identified = true;
    model.identifiedAt = Math.min(model.identifiedAt, flight.command.answeredAt);
    state.kas = identify.kas;
    model.katoMs = roundKato(state.askedKatoMs, identify.kas);
    model.tbkas = identify.tbkas;
    model.cqtMs = identify.cqtMs;
    model.ciu = identify.ciu;
    model.cirn = identify.cirn;
    model.ccrl = identify.ccrl;
  }

  #ccrAnswered(
    view: View,
    source: AssociationState,
    flight: InFlight,
    entry: DataView,
    dword0: number,
  ): void {
    const { ccr } = flight.command;
    if (view === 'delivered' && ccr !== undefined) ccr.immediate = ccrImmediate(dword0);
    const target = this.#named(source, entry);
    if (target === null) return;
    if (ccrImmediate(dword0)) {
      this.#ccrSucceeded(view, target.model, flight, source);
    } else if (view === 'delivered') {
      source.accepted.push({
        icid: ccrImpairedCntlid(entry, 0),
        ciu: ccrUniquifier(entry, 0),
        target,
        acceptedAt: flight.command.answeredAt,
        acceptedBy: flight.command.answerFrame,
      });
    }
  }

  #logPageAnswered(view: View, source: AssociationState, flight: InFlight): void {
    const data = view === 'sent' ? flight.sentToHost : flight.deliveredToHost;
    if (!(data instanceof CollectedData)) return;
    const entries = readCcrLog(data.bytes);
    if (view === 'delivered' && data.complete && logPageOffset(flight.entry!, 0) === 0) {
      flight.command.ccrLog = { announced: ccrLogAnnounced(data.bytes), entries };
    }
    for (const logged of entries) {
      if (logged.status === CcrStatus.inProgress) continue;
      const key = entryKey(logged.icid, logged.ciu);
      if (!source.completeEntries.has(key) && logged.status === CcrStatus.success) {
        for (const accepted of source.accepted) {
          if (accepted.icid !== logged.icid || accepted.ciu !== logged.ciu) continue;
          if (wasSentAfter(flight.command, accepted)) {
            this.#ccrSucceeded(view, accepted.target.model, flight, source);
          }
        }
      }
      if (view === 'delivered') source.completeEntries.add(key);
    }
  }

  #ccrSucceeded(view: View, model: Association, flight: InFlight, source: AssociationState): void {
    const { completeAt, answerSentAt, answeredAt } = flight.command;
    if (view === 'sent') {
      if (answerSentAt >= model.ccrSuccessSentAt) return;
      model.ccrSuccessSentAt = answerSentAt;
      if (completeAt <= answerSentAt) model.ccrSuccessAskedAt = completeAt;
    } else if (answeredAt < model.ccrSuccessDeliveredAt) {
      model.ccrSuccessDeliveredAt = answeredAt;
      source.told.push({ target: model, end: flight.answerEnd });
    }
  }
}

/** Whether a command was sent after a CCR had been accepted: of one moment, the host's capture has the order. */
function wasSentAfter({ sentAt, sentFrame }: Command, { acceptedAt, acceptedBy }: AcceptedCcr) {
  if (sentAt !== acceptedAt || acceptedBy === null) return sentAt > acceptedAt;
  return sentFrame.file === acceptedBy.file && sentFrame.frame > acceptedBy.frame;
}
