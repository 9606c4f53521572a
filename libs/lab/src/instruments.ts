import type { Backend, Request } from '@fenceline/backend';
import type { Action, Plan, PlanExport } from '@fenceline/contracts';
import { exportsOf, NS_PER_MS, NS_PER_S } from '@fenceline/contracts';
import { topologyOf, type Command, type WireTap } from '@fenceline/history';
import { FaultBoard, type FaultAction } from './fault-board.js';
import { finalImageOf } from './final-image.js';
import { forgeReset } from './forge-reset.js';
import type { LabContext, LabLink } from './lab-driver.js';
import { observeWire } from './observe-wire.js';
import { Observations, type BackendWrite } from './timeline/observations.js';
import { WrittenBlocks } from './written-blocks.js';

/** How long the backend must be silent before nothing counts as on its way any more. */
const silenceNs = 2 * NS_PER_S;

/** After this long it is looked again whether something is still pending. */
const lookAgainNs = 50 * NS_PER_MS;

/** What instruments can be made to do; the other actions are for the hosts and nodes themselves. */
type InstrumentAction = FaultAction | ResetAction;

type ResetAction = Extract<Action, { kind: 'resetConnection' }>;

/** What a lab of any driver sees and does at its links and its backend. */
export class Instruments {
  readonly observations: Observations;
  readonly faults: FaultBoard;
  /** The blocks that were written. */
  readonly written: WrittenBlocks;
  private readonly exports: ReadonlyMap<string, PlanExport>;
  private tap: WireTap | null = null;

  constructor(
    private readonly plan: Plan,
    private readonly context: LabContext,
    private readonly links: ReadonlyMap<string, LabLink>,
    private readonly backend: Backend,
    stopWorkload: (name: string) => void,
  ) {
    const { scheduler } = context.time;
    const exports = exportsOf(plan);
    this.exports = new Map(exports.map((one) => [one.name, one]));
    this.observations = new Observations(scheduler, (text) => context.status(text));
    this.written = new WrittenBlocks(plan.blockSize);
    this.faults = new FaultBoard(
      scheduler,
      links,
      backend,
      exports,
      (event) => context.record(event),
      stopWorkload,
    );
    this.watchBackend();
  }

  /** Looks at the links from now on. */
  watchLinks(onIoSent?: (command: Command, link: string) => void): void {
    this.tap = observeWire(this.links, topologyOf(this.plan), this.observations, onIoSent);
  }

  perform(action: InstrumentAction): void {
    if (action.kind === 'resetConnection') this.resetConnection(action);
    else this.faults.perform(action);
  }

  /** See `LabDriver.drain`. */
  async drain(boundMs: number): Promise<void> {
    this.faults.releaseHolds();
    const { time, signal } = this.context;
    const { scheduler } = time;
    const end = scheduler.now() + boundMs * NS_PER_MS;
    const drained = await time.pass<boolean>((done) => {
      let cancel = (): void => undefined;
      const look = (): void => {
        const now = scheduler.now();
        const pending = this.backend.pending() > 0;
        const quietAt = this.backend.lastActivityAt() + silenceNs;
        const drained = !pending && now >= quietAt;
        if (drained || now >= end) done(drained);
        else cancel = scheduler.at(Math.min(pending ? now + lookAgainNs : quietAt, end), look);
      };
      look();
      return () => cancel();
    }, signal);
    const pending = this.backend.pending();
    this.context.record({ t: scheduler.now(), kind: 'drained', ok: drained, pending });
  }

  /** The hashes of all written blocks, as the text of the evidence's part. */
  finalImage(): Promise<string> {
    return finalImageOf(this.backend, this.written, this.plan.blockSize);
  }

  /** Both ends get a RST that seems to come from the other one. A queue without a connection has none to lose. */
  private resetConnection({ link: name, queue }: ResetAction): void {
    const planned = this.plan.links.find((link) => link.name === name)!;
    const link = this.links.get(name)!;
    const { scheduler } = this.context.time;
    // In its own turn: when a frame is seen that this waited for, those behind it may be delivered and not seen yet.
    scheduler.at(scheduler.now(), () => {
      const connection = this.tap?.openConnection(name, queue);
      if (connection == null) return;
      for (const end of ['host', 'node'] as const) {
        link.forge(end, () => forgeReset(planned, end, connection));
      }
    });
  }

  private watchBackend(): void {
    const { backend, context, observations } = this;
    backend.on('received', (request) => this.noteWritten(request));
    backend.on('held', (request) =>
      observations.held(this.asWrite(request), context.time.scheduler.now()),
    );
    backend.on('released', (request) => observations.unheld(this.asWrite(request)));
    backend.on('applied', (request) => {
      if (request.op === 'write') observations.applied(this.asWrite(request));
    });
  }

  private noteWritten(request: Request): void {
    if (request.op === 'write' || request.op === 'write-zeroes' || request.op === 'trim') {
      this.written.add(request.offset, request.length);
    }
  }

  private asWrite(request: Request): BackendWrite {
    const origin = this.exports.get(request.node);
    return {
      id: request.id,
      node: origin?.node ?? request.node,
      link: origin?.link ?? null,
      slba: request.offset / this.plan.blockSize,
      payloads: request.hashes.map((hash) => this.tap?.payloadOf(hash) ?? 0),
    };
  }
}
