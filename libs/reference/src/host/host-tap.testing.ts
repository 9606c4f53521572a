import type { Clock } from '@fenceline/contracts';
import {
  AdminOpcode,
  CAPSULE_ENTRY_OFFSET,
  CCR_LOG_PAGE,
  ccrImmediate,
  ccrImpairedCntlid,
  CcrStatus,
  ccrUniquifier,
  connectedCntlid,
  connectQueueId,
  cqeCid,
  cqeDword0,
  cqeStatus,
  dataCid,
  FabricsType,
  fabricsType,
  IoOpcode,
  logPageId,
  PduDecoder,
  PduFlag,
  PduType,
  readCcrLog,
  readIdentifyController,
  sqeCid,
  sqeOpcode,
  sqeSglLength,
  sqeSlba,
  transferOffset,
  type IdentifyController,
  type Pdu,
  type PduListener,
} from '@fenceline/nvme';

/** A command as the host sent it, with its answer. */
export interface TappedCommand {
  association: TappedAssociation;
  qid: number;
  opcode: number;
  slba: number;
  entry: DataView;
  /** ns; the answer's is Infinity as long as there is none. */
  sentAt: number;
  answeredAt: number;
  status: number | null;
  /** Of a read of log page 1Eh, or of Identify. */
  data: Uint8Array;
}

export interface TappedAssociation {
  path: string;
  cntlid: number;
  identify: IdentifyController | null;
  /** When it was told; Infinity where it was not. */
  identifiedAt: number;
  /** H: when the host last sent anything on it. */
  lastSentAt: number;
  /** When the host was told that a reset of it has succeeded; Infinity where it was not. */
  resetToldAt: number;
}

export interface Retry {
  original: TappedCommand;
  retry: TappedCommand;
}

/**
 * Sees what a host sends as it sends it, and what is delivered to it: the judge of the host's own tests, which reads
 * nothing of the host but its bytes. Digests are not looked at.
 */
export class HostTap {
  readonly associations: TappedAssociation[] = [];
  readonly commands: TappedCommand[] = [];

  constructor(readonly clock: Clock) {}

  connection(path: string): TappedConnection {
    return new TappedConnection(this, path);
  }

  /** Writes that were sent again elsewhere while they were outstanding. */
  retries(): Retry[] {
    const bySlba = new Map<number, TappedCommand[]>();
    const retries: Retry[] = [];
    for (const retry of this.commands) {
      if (retry.qid === 0 || retry.opcode !== IoOpcode.write) continue;
      const earlier = bySlba.get(retry.slba) ?? [];
      for (const original of earlier) {
        const isOutstanding = original.answeredAt > retry.sentAt;
        if (isOutstanding && original.association !== retry.association) {
          retries.push({ original, retry });
        }
      }
      bySlba.set(retry.slba, [...earlier, retry]);
    }
    return retries;
  }
}

/** One connection of a tapped host. */
export class TappedConnection {
  readonly #tap: HostTap;
  readonly #path: string;
  readonly #open = new Map<number, TappedCommand>();
  readonly #fromHost: PduDecoder;
  readonly #toHost: PduDecoder;
  #association: TappedAssociation | null = null;
  #qid = 0;

  constructor(tap: HostTap, path: string) {
    this.#tap = tap;
    this.#path = path;
    this.#fromHost = new PduDecoder(listener({ end: (pdu) => this.#sentPdu(pdu) }));
    this.#toHost = new PduDecoder(
      listener({
        data: (pdu, bytes, at) =>
          this.#open.get(dataCid(pdu.view))?.data.set(bytes, transferOffset(pdu.view) + at),
        end: (pdu) => this.#deliveredPdu(pdu),
      }),
    );
  }

  sent(bytes: Uint8Array): void {
    this.#fromHost.push(bytes, 0, bytes.length, this.#tap.clock.now(), 0);
    if (this.#association) this.#association.lastSentAt = this.#tap.clock.now();
  }

  delivered(bytes: Uint8Array): void {
    this.#toHost.push(bytes, 0, bytes.length, this.#tap.clock.now(), 0);
  }

  #sentPdu(pdu: Pdu): void {
    if (pdu.type !== PduType.capsuleCmd) return;
    const header = pdu.header.slice(CAPSULE_ENTRY_OFFSET, CAPSULE_ENTRY_OFFSET + 64);
    const entry = new DataView(header.buffer);
    const opcode = sqeOpcode(entry, 0);
    if (isConnect(entry)) this.#connects(connectQueueId(entry, 0));
    const command: TappedCommand = {
      association: this.#association!,
      qid: this.#qid,
      opcode,
      slba: sqeSlba(entry, 0),
      entry,
      sentAt: this.#tap.clock.now(),
      answeredAt: Infinity,
      status: null,
      data: new Uint8Array((opcode & 3) === 2 ? sqeSglLength(entry, 0) : 0),
    };
    this.#open.set(sqeCid(entry, 0), command);
    this.#tap.commands.push(command);
  }

  #connects(qid: number): void {
    this.#qid = qid;
    if (qid === 0) {
      this.#association = {
        path: this.#path,
        cntlid: 0xffff,
        identify: null,
        identifiedAt: Infinity,
        lastSentAt: -Infinity,
        resetToldAt: Infinity,
      };
      this.#tap.associations.push(this.#association);
    } else {
      this.#association = this.#tap.associations.findLast(({ path }) => path === this.#path)!;
    }
  }

  #deliveredPdu({ type, flags, view }: Pdu): void {
    if (type === PduType.c2hData && flags & PduFlag.success) this.#answered(dataCid(view), 0, 0);
    if (type !== PduType.capsuleResp) return;
    const at = CAPSULE_ENTRY_OFFSET;
    this.#answered(cqeCid(view, at), cqeStatus(view, at), cqeDword0(view, at));
  }

  #answered(cid: number, status: number, dword0: number): void {
    const command = this.#open.get(cid)!;
    this.#open.delete(cid);
    command.answeredAt = this.#tap.clock.now();
    command.status = status;
    if (status !== 0 || command.qid !== 0) return;
    const { association, opcode, entry, data } = command;
    if (isConnect(entry)) association.cntlid = connectedCntlid(dword0);
    else if (opcode === AdminOpcode.identify && (entry.getUint8(40) & 0xff) === 1) {
      association.identify = readIdentifyController(data);
      association.identifiedAt = command.answeredAt;
    } else if (opcode === AdminOpcode.crossControllerReset && ccrImmediate(dword0)) {
      this.#resetTold(ccrImpairedCntlid(entry, 0), ccrUniquifier(entry, 0));
    } else if (opcode === AdminOpcode.getLogPage && logPageId(entry, 0) === CCR_LOG_PAGE) {
      this.#logRead(command);
    }
  }

  /** An entry counts where its reset had been accepted before the page was asked for. */
  #logRead({ association, sentAt, data }: TappedCommand): void {
    for (const { icid, ciu, status } of readCcrLog(data)) {
      const wasAccepted = this.#tap.commands.some(
        (it) =>
          it.association === association &&
          it.opcode === AdminOpcode.crossControllerReset &&
          it.qid === 0 &&
          it.status === 0 &&
          it.answeredAt <= sentAt &&
          ccrImpairedCntlid(it.entry, 0) === icid &&
          ccrUniquifier(it.entry, 0) === ciu,
      );
      if (status === CcrStatus.success && wasAccepted) this.#resetTold(icid, ciu);
    }
  }

  #resetTold(cntlid: number, ciu: number): void {
    const reset = this.#tap.associations.findLast(
      (it) => it.cntlid === cntlid && it.identify?.ciu === ciu,
    );
    if (reset) reset.resetToldAt = Math.min(reset.resetToldAt, this.#tap.clock.now());
  }
}

const isConnect = (entry: DataView): boolean =>
  sqeOpcode(entry, 0) === AdminOpcode.fabrics && fabricsType(entry, 0) === FabricsType.connect;

function listener(parts: {
  data?: (pdu: Pdu, bytes: Uint8Array, at: number) => void;
  end: (pdu: Pdu) => void;
}): PduListener {
  return {
    onHeader: () => undefined,
    onData: (pdu, bytes, start, end, at) => parts.data?.(pdu, bytes.subarray(start, end), at),
    onEnd: parts.end,
    onLost: (reason) => {
      throw new Error(reason);
    },
  };
}
