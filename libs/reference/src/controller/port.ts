import type { AnaState } from '@fenceline/contracts';
import type { Medium } from '../transport.js';

/** A port of an array node as it is set up. */
export interface PortOptions {
  /** PORTID, unique in the array, from 1 on. */
  id: number;
  /** IPv4 or IPv6 address and TCP port at which hosts reach it. */
  address: string;
  trsvcid: string;
  /** The disk as this port reaches it: commands that come here go there. */
  medium: Medium;
  /** State of the ANA group through this port; optimized unless given. */
  anaState?: AnaState;
}

/** A port of an array node: its way to the medium, and what a scenario does to it. */
export class Port {
  readonly id: number;
  readonly address: string;
  readonly trsvcid: string;
  readonly medium: Medium;
  anaState: AnaState;
  /** How often it changed: the change count of the ANA log page. */
  anaChanges = 0;
  /** Writes wait so long, in ns, before they go to the medium. */
  writeDelayNs = 0;
  readonly health = { bytesRead: 0, bytesWritten: 0, reads: 0, writes: 0, errors: 0 };
  #holds = false;
  readonly #held = new Set<() => void>();

  constructor(options: PortOptions) {
    this.id = options.id;
    this.address = options.address;
    this.trsvcid = options.trsvcid;
    this.medium = options.medium;
    this.anaState = options.anaState ?? 'optimized';
  }

  /** Are writes held in the controller? */
  get holdsWrites(): boolean {
    return this.#holds;
  }

  /** From now on writes stay in the controller, before the medium, until they are released. */
  holdWrites(): void {
    this.#holds = true;
  }

  /** Lets go what is held, in the order in which it came. */
  releaseWrites(): void {
    this.#holds = false;
    const held = [...this.#held];
    this.#held.clear();
    for (const go of held) go();
  }

  /** Calls `go` at the release. What it returns takes that back. */
  onRelease(go: () => void): () => void {
    this.#held.add(go);
    return () => this.#held.delete(go);
  }
}
