import type { Side, View } from '@fenceline/capture';
import type { Association } from '../model.js';
import type { Topology } from '../topology.js';
import { AssociationTracker } from './association-tracker.js';
import { LinkDecoder } from './link-decoder.js';
import { PayloadTable } from './payload-table.js';
import type { WireContext, WireScope } from './queue-decoder.js';
import type { WireListener } from './wire-listener.js';

/** Names of the captures of a link's two vantage points, for references to frames. */
export type CaptureFiles = Readonly<Record<Side, string>>;

const capturesOf = (link: string): CaptureFiles => ({
  host: `${link}.host.pcapng`,
  node: `${link}.node.pcapng`,
});

export interface WireDecoderOptions {
  /** Names the captures of a link. */
  filesOf?: (link: string) => CaptureFiles;
  scope?: WireScope;
}

/**
 * Frames in, commands out: decodes the NVMe/TCP of all links as it goes by. It keeps what is unanswered
 * and forgets the rest, so it serves a recording of any length and a lab that is running.
 *
 * Frames must come in the order of the lab's clock, a frame that was sent before the same one delivered.
 */
export class WireDecoder {
  readonly payloads: PayloadTable;
  readonly #tracker: AssociationTracker;
  readonly #links = new Map<string, LinkDecoder>();

  constructor(
    topology: Topology,
    listener: WireListener,
    { filesOf = capturesOf, scope = 'all' }: WireDecoderOptions = {},
  ) {
    this.payloads = new PayloadTable(topology.blockSize);
    this.#tracker = new AssociationTracker(
      (association) => listener.onAssociation?.(association),
      (association) => listener.onGivenUp?.(association),
    );
    const context: WireContext = {
      scope,
      table: this.payloads,
      tracker: this.#tracker,
      listener,
      blocks: Math.floor(topology.namespaceBytes / topology.blockSize),
      nextCommand: 0,
    };
    let connections = 0;
    for (const link of topology.links) {
      const decoded = { topology: link, files: filesOf(link.name) };
      this.#links.set(link.name, new LinkDecoder(context, decoded, () => connections++));
    }
  }

  /** Associations in the order of their admin Connect. */
  get associations(): readonly Association[] {
    return this.#tracker.associations;
  }

  /** The decoder of one link; throws where the topology has no such link. */
  link(name: string): LinkDecoder {
    const link = this.#links.get(name);
    if (link === undefined) throw new Error(`the topology has no link ${name}`);
    return link;
  }

  /** Takes a frame as it was sent, or delivered, on a link; `number` is its number in that capture. */
  frame(link: string, view: View, bytes: Uint8Array, t: number, number: number): void {
    this.link(link).frame(view, bytes, t, number);
  }

  /** The host gave an association up for a reason that the wire of its own link does not show. */
  get tracker(): AssociationTracker {
    return this.#tracker;
  }

  /** Tells what is missing when no more frames will come. */
  finish(t: number): void {
    for (const link of this.#links.values()) link.finish(t);
  }
}
