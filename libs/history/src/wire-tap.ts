import type { View } from '@fenceline/capture';
import type { Association, Command, PayloadId } from './model.js';
import { changesMedium, RetryDetector } from './build/retry-detector.js';
import type { Topology } from './topology.js';
import { WireDecoder } from './wire/wire-decoder.js';

/** What a `WireTap` tells, as it happens. */
export interface WireTapListener {
  /** A command that changes the medium was sent with all its data; its payloads are known. */
  onCommandSent?(command: Command, association: Association): void;
  /** The same command sends again, on another association, blocks of commands that are not answered. */
  onRetry?(command: Command, originals: readonly Command[]): void;
  /** A command that changes the medium was answered, as delivered to the host; see its `status`. */
  onAnswered?(command: Command, association: Association): void;
  /** The first FIN, RST, CCR or retry by which a host gave an association up. */
  onGivenUp?(association: Association): void;
}

/**
 * Follows the NVMe/TCP of a lab while it runs, with the decoder that judges the recording later, so that a
 * timeline's triggers and the verdict mean the same by "retry" and "answered".
 */
export class WireTap {
  readonly #decoder: WireDecoder;

  constructor(topology: Topology, listener: WireTapListener) {
    const associationOf = (id: number) => decoder.associations[id]!;
    const retries = new RetryDetector(associationOf);
    const decoder = new WireDecoder(topology, {
      onPayloadSent: (command) => {
        if (!changesMedium(command)) return;
        listener.onCommandSent?.(command, associationOf(command.association));
        const originals = retries.sent(command);
        if (originals.length === 0) return;
        listener.onRetry?.(command, originals);
        for (const { association } of originals) {
          decoder.tracker.giveUp(
            associationOf(association),
            'retry',
            command.sentAt,
            command.sentFrame,
          );
        }
      },
      onAnswered: (command) => {
        if (!changesMedium(command)) return;
        retries.answered(command);
        listener.onAnswered?.(command, associationOf(command.association));
      },
      onGivenUp: (association) => listener.onGivenUp?.(association),
    });
    this.#decoder = decoder;
  }

  /**
   * Takes a frame of a link as it is sent, and again as it is delivered. The bytes are only lent.
   *
   * @param t - ns of the lab's clock; must not go back
   */
  frame(link: string, view: View, bytes: Uint8Array, t: number): void {
    this.#decoder.frame(link, view, bytes, t, 0);
  }

  /** The number by which the commands of this tap know the payload with this hash. */
  payloadOf(hash: bigint): PayloadId {
    return this.#decoder.payloads.ofHash(hash);
  }
}
