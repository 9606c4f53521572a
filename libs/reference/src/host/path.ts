import { NS_PER_MS } from '@fenceline/contracts';
import type { MediumRequest } from '../transport.js';
import { Association } from './association.js';
import { ioCommand, type Completion } from './command.js';
import type { ControllerInstance } from './decisions.js';
import type { CcrSource } from './fence/ccr-source.js';
import { Fence } from './fence/fence.js';
import type { PathState } from './path-state.js';
import type { CompleteSettings } from './settings.js';
import type { SentCommand } from './tcp-queue.js';

/** What a path asks of, and tells to, the host that it belongs to. */
export interface PathOwner {
  /** Sources of a reset of this path's controller. */
  sourcesFor(path: Path): readonly CcrSource[];
  /** What a source is called in the log. */
  nameOf(source: CcrSource): string;
  /** Commands may be sendable that were not, or the other way round. */
  pathChanged(path: Path): void;
  /** The controller may be a source now, or one more time. */
  sourcesChanged(): void;
}

/**
 * One path: connects its controller, and again when it was lost, and keeps the commands of a lost association
 * until its fence has ended.
 */
export class Path {
  readonly name: string;
  /** What the log calls its controller. */
  readonly device: string;
  readonly #settings: CompleteSettings;
  readonly #owner: PathOwner;
  #state: PathState = 'NEW';
  #association: Association | null = null;
  #fence: Fence | null = null;
  #fences = 0;
  /** The instance before the present one. */
  #before: ControllerInstance | null = null;
  #failures = 0;
  #downSince: number;
  #cancelNextStep: () => void = () => undefined;
  readonly #holdTimers = new Set<() => void>();

  constructor(settings: CompleteSettings, name: string, index: number, owner: PathOwner) {
    this.name = name;
    this.device = `nvme${index}`;
    this.#settings = settings;
    this.#owner = owner;
    this.#downSince = settings.scheduler.now();
  }

  get state(): PathState {
    return this.#state;
  }

  /** The association with the controller, of which the last one lingers while the path is down. */
  get association(): Association | null {
    return this.#association;
  }

  get inFlight(): number {
    return this.#association?.inFlight ?? 0;
  }

  /** Whether a command can be sent at once. */
  get hasRoom(): boolean {
    return this.#state === 'LIVE' && this.#association?.hasRoom === true;
  }

  get isAccessible(): boolean {
    return this.#association?.isAccessible === true;
  }

  connect(): void {
    this.#enter('CONNECTING');
    const association = new Association(this.#settings, this.name, (line) => this.#log(line), {
      live: () => this.#live(association),
      lost: (reason, qid) => this.#lost(association, reason, qid),
      changed: () => this.#owner.pathChanged(this),
    });
    this.#association = association;
  }

  /** Sends a request; there must be room. `done` gets null when no answer will come and its fence has ended. */
  submit(request: MediumRequest, done: (completion: Completion | null) => void): void {
    if (this.#association === null) throw new Error(`${this.name} has no association`);
    const { nsid, blockSize } = this.#association.facts.namespace;
    this.#association.submit(ioCommand(request, nsid, blockSize), done);
  }

  sourcesChanged(): void {
    this.#fence?.sourcesChanged();
  }

  /** Shuts down what is live and drops the rest; what is held ends. `done` is called once. */
  stop(done: () => void): void {
    const { scheduler } = this.#settings;
    const wasLive = this.#state === 'LIVE';
    this.#enter('DELETED');
    this.#cancelNextStep();
    for (const cancel of this.#holdTimers) cancel();
    this.#fence?.cancel();
    this.#fence = null;
    const association = this.#association;
    if (association !== null && wasLive) {
      association.shutDown(() => {
        this.#release(association);
        done();
      });
      return;
    }
    scheduler.at(scheduler.now(), () => {
      if (association !== null) this.#release(association);
      done();
    });
  }

  #live(association: Association): void {
    const again = this.#failures > 0 || this.#fences > 0;
    this.#log(again ? `Successfully reconnected (attempt ${this.#failures + 1})` : 'connected');
    this.#failures = 0;
    association.source.onSlotFreed(() => this.#owner.sourcesChanged());
    this.#enter('LIVE');
    this.#owner.sourcesChanged();
  }

  #lost(association: Association, reason: string, qid: number): void {
    if (association !== this.#association) return;
    this.#log(reason);
    if (this.#state === 'LIVE') {
      this.#downSince = this.#settings.scheduler.now();
      if (this.#settings.fence.policy === 'immediate') this.#recover(association);
      else this.#beginFence(association, qid);
    } else if (this.#state === 'CONNECTING') {
      association.silence();
      this.#failures++;
      this.#connectLater();
    }
  }

  #beginFence(association: Association, failedQid: number): void {
    const { scheduler, decisions, fence: settings } = this.#settings;
    this.#log('starting controller fencing');
    if (decisions.silencesAtOnce()) association.silence();
    this.#enter('FENCING');
    this.#endUnanswered(association, (qid) => !decisions.holdsQueue(qid, failedQid));
    const { cntlid, identify, katoMs } = association.facts;
    const { tbkas, cqtMs, ciu, cirn } = identify;
    const now = scheduler.now();
    const from = decisions.holdFrom({
      firstUnansweredAt: Math.min(association.oldestSentAt, now),
      silencedAt: now,
    });
    const promise = { tbkas, katoMs, cqtMs };
    const { cqtZeroMs } = settings;
    const deadline = from + decisions.holdMs(promise, cqtZeroMs) * NS_PER_MS;
    const number = ++this.#fences;
    const lost = { cntlid, ciu, cirn };
    this.#fence = new Fence({
      number,
      ccrAnswerMs: settings.ccrAnswerMs,
      ccrWaitMs: decisions.ccrWaitMs(settings.ccrWait, promise, cqtZeroMs),
      instance:
        settings.policy === 'ccr' && ciu !== 0
          ? decisions.instanceToReset(lost, this.#before)
          : null,
      deadline,
      scheduler,
      decisions,
      log: (line) => this.#log(line),
      sources: () => this.#owner.sourcesFor(this),
      nameOf: (source) => this.#owner.nameOf(source),
      ended: () => this.#fenceEnded(association),
    });
    this.#before = lost;
    this.#startHoldTimer(deadline, number);
    this.#fence.begin();
  }

  /** The timer goes on when a reset ends its fence: it knows whose it is, and releases nothing of another. */
  #startHoldTimer(deadline: number, number: number): void {
    const { scheduler, decisions } = this.#settings;
    const cancel = scheduler.at(deadline, () => {
      this.#holdTimers.delete(cancel);
      const held = this.#fence;
      if (held !== null && decisions.timerReleases(number, held.number)) held.deadlinePassed();
    });
    this.#holdTimers.add(cancel);
  }

  #fenceEnded(association: Association): void {
    this.#fence = null;
    this.#enter('FENCED');
    const { scheduler, decisions } = this.#settings;
    const resumeAt = scheduler.now() + decisions.resumeDelayMs() * NS_PER_MS;
    this.#cancelNextStep = scheduler.at(resumeAt, () => this.#recover(association));
  }

  #recover(association: Association): void {
    this.#log('starting error recovery');
    this.#enter('RESETTING');
    this.#release(association);
    this.#connectLater();
  }

  /** Tells everybody that waits for an answer of the association that none will come. */
  #release(association: Association): void {
    association.silence();
    this.#endUnanswered(association, () => true);
  }

  #endUnanswered(association: Association, ofQueue: (qid: number) => boolean): void {
    const commands: SentCommand[] = association.takeUnanswered(ofQueue);
    for (const { done } of commands) done(null);
  }

  #connectLater(): void {
    const { scheduler, reconnectDelayMs, ctrlLossTimeoutMs, decisions } = this.#settings;
    const downMs = (scheduler.now() - this.#downSince) / NS_PER_MS;
    if (ctrlLossTimeoutMs !== null && downMs >= ctrlLossTimeoutMs) {
      this.#log('Removing controller');
      this.#enter('DELETED');
      return;
    }
    this.#enter('CONNECTING');
    if (!decisions.reconnects(this.#failures)) return;
    this.#log(`Reconnecting in ${reconnectDelayMs / 1000} seconds...`);
    this.#cancelNextStep = scheduler.at(scheduler.now() + reconnectDelayMs * NS_PER_MS, () =>
      this.connect(),
    );
  }

  #enter(state: PathState): void {
    if (this.#state === state) return;
    this.#state = state;
    this.#owner.pathChanged(this);
  }

  #log(line: string): void {
    this.#settings.log(`nvme ${this.device}: ${line}`);
  }
}
