import { NS_PER_MS, type Scheduler } from '@fenceline/contracts';
import { CcrStatus } from '@fenceline/nvme';
import type { Connection, ConnectionUser, Log } from '../transport.js';
import type { ControllerDecisions, Instance } from './decisions.js';
import { encodePeerMessage, PeerMessageDecoder, type PeerMessage } from './peer-messages.js';

/** Another node of the array, and the CNTLIDs that are its own. */
export interface PeerOptions {
  name: string;
  cntlidMin: number;
  cntlidMax: number;
}

/** What comes of a reset that was asked for: `refused`, `gone`, or `began` and then `ended`; `ended` may come alone. */
export interface ResetAnswers {
  began(): void;
  refused(status: number): void;
  gone(): void;
  /** @param outcome CCRS: 1 success, 2 failed */
  ended(outcome: number): void;
}

export interface RelayOptions {
  peers: readonly PeerOptions[];
  scheduler: Scheduler;
  decisions: ControllerDecisions;
  log: Log;
  /** Resets a controller of this node for a peer. */
  serve(named: Instance, answers: ResetAnswers): void;
}

/** A reset that a peer was asked for and that has not ended. */
interface Asked {
  peer: string;
  message: Uint8Array;
  answers: ResetAnswers;
  hasBegun: boolean;
  boundMs: number;
  cancel: () => void;
}

/**
 * Relays resets between the nodes of an array, each of which owns a range of CNTLIDs. A peer that cannot be reached,
 * or does not answer in time, has not reset anything as far as this node can tell: the reset failed.
 */
export class Relay {
  readonly #connections = new Map<string, Connection>();
  readonly #asked = new Map<number, Asked>();
  /** Resets that this node carries out for its peers, until they have ended. */
  readonly #serving = new Set<string>();
  #ids = 0;

  constructor(private readonly options: RelayOptions) {}

  /** The peer that owns a CNTLID; undefined where none does. */
  peerOf(cntlid: number): string | undefined {
    return this.options.peers.find((peer) => peer.cntlidMin <= cntlid && cntlid <= peer.cntlidMax)
      ?.name;
  }

  /** A connection with a peer is there. Resets that it was asked for before are asked for again. */
  join(peer: string, connection: Connection): ConnectionUser {
    this.#connections.get(peer)?.abort();
    this.#connections.set(peer, connection);
    for (const asked of this.#asked.values()) {
      if (asked.peer === peer) connection.send(asked.message);
    }
    const leave = () => {
      if (this.#connections.get(peer) === connection) this.#connections.delete(peer);
    };
    const decoder = new PeerMessageDecoder((message) => this.#receive(peer, message));
    return {
      received: (bytes) => {
        if (decoder.push(bytes)) return;
        leave();
        connection.abort();
      },
      closed: leave,
    };
  }

  /**
   * Asks a peer to reset a controller of its own.
   *
   * @param timing how long it may take until it has begun, and from then until it has ended
   */
  reset(
    peer: string,
    named: Instance,
    timing: { relayTimeoutMs: number; ccr: { boundMs: number; takesMs: number } },
    answers: ResetAnswers,
  ): void {
    const connection = this.#connections.get(peer);
    if (connection === undefined) {
      this.options.log(`peer ${peer} cannot be reached`);
      answers.ended(this.options.decisions.outcomeOfSilentPeer());
      return;
    }
    const id = ++this.#ids;
    const message = encodePeerMessage({ type: 'reset', id, named });
    const { relayTimeoutMs, ccr } = timing;
    const asked = {
      peer,
      message,
      answers,
      hasBegun: false,
      boundMs: ccr.takesMs + ccr.boundMs + relayTimeoutMs,
      cancel: this.#failAfter(id, relayTimeoutMs),
    };
    this.#asked.set(id, asked);
    connection.send(message);
  }

  #failAfter(id: number, ms: number): () => void {
    const { scheduler, decisions, log } = this.options;
    return scheduler.at(scheduler.now() + ms * NS_PER_MS, () => {
      const asked = this.#asked.get(id);
      if (asked === undefined) return;
      log(`peer ${asked.peer} does not answer`);
      this.#asked.delete(id);
      asked.answers.ended(decisions.outcomeOfSilentPeer());
    });
  }

  #receive(peer: string, message: PeerMessage): void {
    if (message.type === 'reset') {
      this.#serve(peer, message.id, message.named);
      return;
    }
    const asked = this.#asked.get(message.id);
    if (asked?.peer !== peer) return;
    if (message.type === 'began') {
      if (asked.hasBegun) return;
      asked.hasBegun = true;
      asked.cancel();
      asked.cancel = this.#failAfter(message.id, asked.boundMs);
      asked.answers.began();
      return;
    }
    asked.cancel();
    this.#asked.delete(message.id);
    if (message.type === 'ended') asked.answers.ended(message.outcome);
    else if (asked.hasBegun) {
      // Asked again after the connection was lost: what had begun is over by now, or forgotten.
      asked.answers.ended(message.type === 'gone' ? CcrStatus.success : CcrStatus.failed);
    } else if (message.type === 'gone') asked.answers.gone();
    else asked.answers.refused(message.status);
  }

  #serve(peer: string, id: number, named: Instance): void {
    const key = `${peer} ${id} ${named.cirn}`;
    const tell = (message: PeerMessage) => {
      this.#connections.get(peer)?.send(encodePeerMessage(message));
    };
    if (this.#serving.has(key)) {
      tell({ type: 'began', id });
      return;
    }
    this.#serving.add(key);
    const end = (message: PeerMessage) => {
      this.#serving.delete(key);
      tell(message);
    };
    this.options.serve(named, {
      began: () => tell({ type: 'began', id }),
      gone: () => end({ type: 'gone', id }),
      refused: (status) => end({ type: 'refused', id, status }),
      ended: (outcome) => end({ type: 'ended', id, outcome }),
    });
  }
}
