import { NS_PER_MS } from '@fenceline/contracts';
import { isPathStatus, statusName, Status } from '@fenceline/nvme';
import type { MediumRequest, MediumResult } from '../transport.js';
import { pathChooser, type PathChooser } from './choose-path.js';
import type { Completion } from './command.js';
import type { Path } from './path.js';
import type { CompleteSettings } from './settings.js';

/** A request of the application on its way over one path or another. */
interface Io {
  request: MediumRequest;
  readonly done: (result: MediumResult) => void;
  /** The one path that it may use, or null for any. */
  readonly only: Path | null;
  /** Paths that have refused it, and are not asked again before all have. */
  refusedBy: readonly Path[];
  /** Answers with an error that asks for another try. */
  errors: number;
  /** It was sent before, and a connection may have kept its data. */
  isAgain: boolean;
}

const noPaths: readonly Path[] = [];

/** As Linux's nvme_max_retries. */
const MAX_RETRIES = 5;
/** How long a request waits that every path has refused, or that is tried again. */
const RETRY_DELAY_MS = 100;

/**
 * Native multipath: every request goes over a usable path, another one when that refuses it or is lost, and waits
 * where there is none (as Linux does without a `fast_io_fail_tmo`). It fails when the last path was removed.
 */
export class Multipath {
  readonly #settings: CompleteSettings;
  readonly #paths: readonly Path[];
  readonly #choose: PathChooser;
  #waiting: Io[] = [];
  #isStopped = false;

  constructor(settings: CompleteSettings, paths: readonly Path[]) {
    this.#settings = settings;
    this.#paths = paths;
    this.#choose = pathChooser(settings.ioPolicy);
  }

  /** Begins a request; `done` is called once, never before this returns. */
  submit(request: MediumRequest, only: Path | null, done: (result: MediumResult) => void): void {
    const io = { request, done, only, refusedBy: noPaths, errors: 0, isAgain: false };
    if (this.#waiting.length === 0) {
      this.#send(io);
      return;
    }
    this.#waiting.push(io);
    this.dispatch();
  }

  /** Sends what has waited and can be sent now. */
  dispatch(): void {
    const waiting = this.#waiting;
    if (waiting.length === 0) return;
    this.#waiting = [];
    for (const io of waiting) this.#send(io);
  }

  /** Every request that waits, or will be given back by its path, fails. */
  stop(): void {
    this.#isStopped = true;
    this.dispatch();
  }

  #send(io: Io): void {
    if (this.#isStopped || this.#isHopeless(io)) {
      this.#failLater(io, 'no path is left');
      return;
    }
    const path = io.only ?? this.#choose(this.#usablePaths(io));
    if (path === undefined || !path.hasRoom) {
      this.#waiting.push(io);
      return;
    }
    path.submit(io.request, (completion) => this.#ended(io, path, completion));
  }

  #isHopeless({ only }: Io): boolean {
    if (only !== null) return only.state !== 'LIVE' || !only.isAccessible;
    return this.#paths.every(({ state }) => state === 'DELETED');
  }

  /** The best of those that have not refused it: optimized ones where there are any. */
  #usablePaths({ refusedBy }: Io): Path[] {
    const open = this.#paths.filter(isOpen);
    const others = refusedBy.length === 0 ? open : open.filter((it) => !refusedBy.includes(it));
    const left = others.length > 0 ? others : open;
    // Nearly always all are, and then there is nothing to choose.
    if (left.every(isOptimized)) return left;
    const optimized = left.filter(isOptimized);
    return optimized.length > 0 ? optimized : left;
  }

  #ended(io: Io, path: Path, completion: Completion | null): void {
    const { decisions } = this.#settings;
    if (completion === null) {
      if (decisions.hidesPathErrors()) this.#again(io, 0);
      else this.#fail(io, 'the path was lost');
      return;
    }
    const { status, doNotRetry, data } = completion;
    if (status === 0) {
      io.done(resultOf(io, data));
    } else if (isPathStatus(status) && decisions.hidesPathErrors()) {
      if (isAnaStatus(status)) path.association?.readAnaState();
      this.#refused(io, path);
    } else if (!doNotRetry && io.errors < MAX_RETRIES) {
      io.errors++;
      this.#again(io, RETRY_DELAY_MS);
    } else {
      this.#fail(io, statusName(status));
    }
  }

  /** A path refused it: it was not done, and nothing has to be waited for where another may take it. */
  #refused(io: Io, path: Path): void {
    const delayMs = this.#settings.decisions.failoverDelayMs();
    if (!io.refusedBy.includes(path)) io.refusedBy = [...io.refusedBy, path];
    if (this.#paths.some((it) => isOpen(it) && !io.refusedBy.includes(it))) {
      this.#again(io, delayMs);
      return;
    }
    io.refusedBy = noPaths;
    this.#again(io, Math.max(delayMs, RETRY_DELAY_MS));
  }

  #again(io: Io, delayMs: number): void {
    const { scheduler, decisions } = this.#settings;
    const { request } = io;
    io.isAgain = true;
    if (request.op === 'write') {
      io.request = { ...request, data: decisions.dataOfRetry(request.data) };
    }
    if (delayMs === 0) this.#send(io);
    else scheduler.at(scheduler.now() + delayMs * NS_PER_MS, () => this.#send(io));
  }

  #failLater(io: Io, why: string): void {
    const { scheduler } = this.#settings;
    scheduler.at(scheduler.now(), () => this.#fail(io, why));
  }

  #fail({ request, done }: Io, why: string): void {
    const where = request.op === 'flush' ? '' : ` at ${request.offset}`;
    this.#settings.log(`nvme: I/O error: ${request.op}${where}: ${why}`);
    done({ ok: false, error: 'EIO' });
  }
}

function isOpen(path: Path): boolean {
  return path.state === 'LIVE' && path.isAccessible;
}

function isOptimized({ association }: Path): boolean {
  return association?.anaState === 'optimized';
}

function isAnaStatus(status: number): boolean {
  return (
    status === Status.asymmetricAccessTransition ||
    status === Status.asymmetricAccessInaccessible ||
    status === Status.asymmetricAccessPersistentLoss
  );
}

function resultOf({ request, isAgain }: Io, data: Uint8Array): MediumResult {
  if (request.op === 'read') return { ok: true, data };
  return request.op === 'write' && !isAgain ? { ok: true, sentOnce: true } : { ok: true };
}
