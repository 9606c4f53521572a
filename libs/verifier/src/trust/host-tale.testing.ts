import type { Apply, Association, Command } from '@fenceline/history';
import { connect, planFailover, retryWithinMs } from './plan-failover.testing.js';
import type { Random } from './random.testing.js';
import type { Failover, Sending, Story } from './story.testing.js';

/** An association as a job sees it: usable from one moment on, until another. */
interface Path {
  association: Association;
  from: number;
  to: number;
  /** Why it ends; null where it does not. */
  failover: Failover | null;
}

/** Path related status codes: internal path error and the three ANA states. */
const pathErrors = [0x300, 0x301, 0x302, 0x303] as const;

/** Nothing of a failing association is sent or comes through in its last ms but keep-alives. */
const lastMs = 4;

type Operation = 'write' | 'write-zeroes' | 'deallocate';

/** What one host does: jobs of depth 1 over its paths, of which one fails after the other. */
export class HostTale {
  readonly paths: Path[] = [];
  readonly #failovers: Failover[] = [];
  readonly #overAt = new Map<Command, number>();
  #jobsEnd = 0;
  /** When everything that the jobs did is over. */
  quietAt = 0;

  constructor(
    private readonly story: Story,
    private readonly random: Random,
    readonly host: string,
    /** Link and node of each of its two paths. */
    ends: readonly [link: string, node: string][],
    /** Blocks that all hosts write. */
    private readonly shared: number,
  ) {
    story.input.hosts[host] = {
      reconnectDelayMs: random.int(500, 3000),
      ctrlLossTimeoutMs: 600_000,
    };
    for (const [link, node] of ends) this.#addPath(connect(story, host, link, node, 0));
    this.#planFailovers();
  }

  /** The associations that are there at the end. */
  get live(): Association[] {
    return this.paths.filter(({ failover }) => failover === null).map((it) => it.association);
  }

  tell(): void {
    for (const failover of this.#failovers) {
      this.#holdSeveral(failover);
      for (let more = this.random.int(0, 3); more > 0; more--) this.#holdAny(failover);
    }
    if (this.story.options.pathErrors) this.#refuseOne();
    const jobs = this.random.int(1, 3);
    for (let job = 0; job < jobs; job++) this.#runJob();
  }

  #addPath(association: Association): void {
    const from = association.connectedAt / 1e6 + 10;
    this.paths.push({ association, from, to: Infinity, failover: null });
  }

  #planFailovers(): void {
    let lostAt = this.random.int(600, 2500);
    for (let round = 0; round < this.story.options.rounds; round++) {
      const [lost, other] = this.paths.slice(-2) as [Path, Path];
      const failover = planFailover(
        this.story,
        this.random,
        lost.association,
        other.association,
        lostAt,
      );
      lost.to = lostAt - lastMs;
      lost.failover = failover;
      this.#failovers.push(failover);
      if (!this.story.options.idleBack) this.#addPath(failover.back);
      const back = failover.back.connectedAt / 1e6 + 10;
      const over = Math.ceil(Math.max(failover.hostEnd + retryWithinMs, back));
      this.#jobsEnd = over + 3000;
      lostAt = over + this.random.int(1500, 4000);
      if (this.story.options.wild && this.random.chance(0.7)) {
        // While retries are outstanding on it; the first path must be there again.
        const earliest = Math.ceil(Math.max(failover.hostEnd, back)) + 2 * lastMs;
        lostAt = Math.min(lostAt, earliest + this.random.int(1, this.random.pick([100, 2000])));
      }
    }
  }

  #runJob(): void {
    let now = this.random.int(20, 400);
    while (now < this.#jobsEnd) {
      now =
        this.#step(now) +
        (this.random.chance(0.5) ? this.random.int(1, 400) : this.random.int(1, 8000));
    }
  }

  /** One operation of a job. @returns when it is over for the job */
  #step(now: number): number {
    const { random } = this;
    const path = random.pick(this.paths.filter(({ from, to }) => from <= now && now < to));
    const what = random.next();
    const over =
      what < 0.6
        ? this.#write(path, now)
        : what < 0.95
          ? this.#read(path, now)
          : this.#flush(path, now);
    this.quietAt = Math.max(this.quietAt, over);
    return over;
  }

  #write(path: Path, sent: number): number {
    const { random, story } = this;
    const [op, lba, bytes] = this.#something();
    const complete = sent + random.edgy(1, 60);
    const applied = complete + random.edgy(1, 200);
    const answered = applied + random.edgy(1, 60);
    const { association, failover } = path;
    if (failover !== null && answered > path.to) {
      return this.#over(this.#hold(failover, op, lba, bytes, { sent, complete, applied }));
    }
    if (failover !== null && this.#refuses(failover) && random.chance(0.15)) {
      return this.#refuse(failover, lba, bytes, sent);
    }
    const sending = this.#send(association, op, lba, bytes, { sent, complete, applied, answered });
    if (random.chance(0.1)) sending.command.fua = true;
    story.done.push(sending);
    return answered;
  }

  #something(): [Operation, number, string[]] {
    const { random, story, shared } = this;
    const blocks = random.int(1, Math.min(3, shared));
    const lba = random.int(0, shared - blocks);
    if (!story.options.repeats || random.chance(0.4)) return ['write', lba, story.ownBytes(blocks)];
    const op = random.pick(['write', 'write', 'write', 'write-zeroes', 'deallocate'] as const);
    const bytes = Array.from({ length: blocks }, () =>
      op === 'write' ? random.pick(['x', 'y', '0']) : '0',
    );
    return [op, lba, bytes];
  }

  #send(
    over: Association,
    op: Operation,
    lba: number,
    bytes: string[],
    times: { sent: number; complete: number; applied: number; answered: number },
  ): Sending {
    const { applied, ...rest } = times;
    const command = this.#command(over, op, lba, bytes, rest);
    return { command, apply: this.#apply(command, applied) };
  }

  /** A node may split a request, or send it again after it failed. @returns the last of its requests */
  #apply(command: Command, applied: number): Apply {
    const { random, story } = this;
    const { builder, options } = story;
    if (options.wild && random.chance(0.1)) builder.apply(command, { applied: null, failed: true });
    if (!options.wild || command.blocks === 1 || random.chance(0.7)) {
      return builder.apply(command, { applied });
    }
    const first = random.edgy(Math.ceil(command.completeAt / 1e6), applied);
    builder.apply(command, { applied: first, blocks: [0, 1] });
    return builder.apply(command, { applied, blocks: [1, command.blocks - 1] });
  }

  #command(
    over: Association,
    op: Operation,
    lba: number,
    bytes: string[],
    times: { sent: number; complete: number | null; answered?: number },
  ) {
    const command = this.story.builder.command(over, { lba, bytes, op, ...times });
    if (op === 'deallocate') command.payloads = [];
    return command;
  }

  #read(path: Path, sent: number): number {
    const { random, story } = this;
    const blocks = random.int(1, Math.min(3, this.shared));
    const lba = random.int(0, this.shared - blocks);
    const duration = random.edgy(1, 300);
    if (path.failover !== null && sent + duration > path.to) {
      const bytes = Array.from({ length: blocks }, () => '0');
      const lost = { lba, bytes, op: 'read', sent, complete: null } as const;
      story.builder.command(path.association, lost).payloads = [];
      return sent + duration;
    }
    const moments = Array.from({ length: blocks }, () => random.edgy(sent, sent + duration));
    story.read(path.association, lba, sent, duration, moments);
    return sent + duration;
  }

  #flush({ association, failover, to }: Path, sent: number): number {
    const answered = sent + this.random.int(1, 100);
    const isLost = failover !== null && answered > to;
    const times = isLost ? { sent, complete: null } : { sent, answered };
    this.story.builder.command(association, { lba: 0, bytes: [], op: 'flush', ...times });
    return answered;
  }

  /** Any operation is outstanding when the path fails: answered too late, or not even complete. */
  #holdAny(failover: Failover): void {
    const { random } = this;
    const sent = failover.lostAt - lastMs - random.int(1, 200);
    const complete = sent + random.edgy(1, 250);
    this.#hold(failover, ...this.#something(), { sent, complete, applied: complete + 1 });
  }

  /** A write of several blocks is outstanding when the path fails, and lands before its fence ends. */
  #holdSeveral(failover: Failover): void {
    const blocks = Math.min(this.shared, this.random.int(2, 3));
    const lba = this.random.int(0, this.shared - blocks);
    const sent = failover.lostAt - 20;
    const bytes = this.story.ownBytes(blocks);
    const times = { sent, complete: sent + 5, applied: failover.lostAt };
    this.#hold(failover, 'write', lba, bytes, times, 'lands');
  }

  /** A write is outstanding when its path fails. @returns it, once its retries have been answered */
  #hold(
    failover: Failover,
    op: Operation,
    lba: number,
    bytes: string[],
    times: { sent: number; complete: number; applied: number },
    fate = this.random.pick(['before', 'lands', 'lands', 'dropped'] as const),
  ): Sending {
    const { random, story } = this;
    const { sent } = times;
    const { lost, lateAt, lostAt } = failover;
    const complete = times.complete <= lostAt - lastMs ? times.complete : lateAt;
    const command = this.#command(lost, op, lba, bytes, { sent, complete });
    const original: Sending = { command, apply: null };
    if (complete !== null && fate !== 'dropped') {
      const landBy = Math.min(failover.bound, failover.hostEnd, failover.targetEnd);
      const applied =
        fate === 'before' && complete < lostAt
          ? Math.min(times.applied, lostAt - 1)
          : random.edgy(Math.max(complete, lostAt) + 1, Math.floor(landBy));
      original.apply = this.#apply(command, applied);
      if (random.chance(0.5)) original.apply.heldAt = (complete + 0.5) * 1e6;
    } else if (complete === null && story.options.wild && random.chance(0.3)) {
      // A new write of its blocks may then be its retry: the recording does not tell.
      command.payloads.length = random.int(0, Math.max(0, command.payloads.length - 1));
      story.isCertain = false;
    }
    const retries = this.#retry(failover, op, lba, bytes);
    if (complete !== null && original.apply === null) {
      // A request that the retry's node sends may then be the original's: the recording does not tell.
      const goesThere = ({ command: retry, apply }: Sending): boolean =>
        apply?.node === lost.node || this.#overAt.has(retry);
      if (retries.some(goesThere)) story.isCertain = false;
    }
    const [first] = retries as [Sending, ...Sending[]];
    // What comes after it is told at the end.
    failover.held.push({ original, retries, newer: first, read: command });
    const over = Math.max(...retries.map((it) => this.#over(it)));
    this.#overAt.set(command, over);
    this.quietAt = Math.max(this.quietAt, over);
    return original;
  }

  /** When a write is over for its job: answered, or the last of its retries. */
  #over({ command }: Sending): number {
    return this.#overAt.get(command) ?? command.answeredAt / 1e6;
  }

  #retry(failover: Failover, op: Operation, lba: number, bytes: string[]): Sending[] {
    const { random } = this;
    const isSplit = bytes.length > 1 && random.chance(0.3);
    const pieces = isSplit ? bytes.map((name) => [name]) : [bytes];
    return pieces.map((piece, index) => {
      const sent = failover.hostEnd + (random.chance(0.3) ? 0 : random.int(0, retryWithinMs));
      const path = random.pick(this.paths.filter(({ from, to }) => from <= sent && sent < to));
      const complete = sent + random.edgy(1, 60);
      const applied = complete + random.edgy(1, 200);
      const answered = applied + random.edgy(1, 60);
      const times = { sent, complete, applied, answered };
      if (path.failover !== null && answered > path.to) {
        return this.#hold(path.failover, op, lba + index, piece, times);
      }
      return this.#send(path.association, op, lba + index, piece, times);
    });
  }

  #refuses({ lost }: Failover): boolean {
    return this.story.options.pathErrors && lost === this.#failovers[0]!.lost;
  }

  #refuseOne(): void {
    const failover = this.#failovers[0]!;
    const sent = this.random.int(20, failover.lostAt - 200);
    this.#refuse(failover, this.random.int(0, this.shared - 1), this.story.ownBytes(1), sent);
  }

  /** Answered with a path error, with or without an effect, and sent again over the other path. */
  #refuse({ lost, other }: Failover, lba: number, bytes: string[], sent: number): number {
    const { random, story } = this;
    const [complete, answered] = [sent + 1, sent + random.int(4, 20)];
    const status = random.pick(pathErrors);
    const command = story.builder.command(lost, { lba, bytes, sent, complete, answered, status });
    if (random.chance(0.3)) story.builder.apply(command, { applied: sent + 2 });
    // Before the other path can fail.
    const within = story.options.wild ? 100 : 3000;
    const again = story.quickWrite(other, lba, bytes, answered + random.edgy(0, within));
    story.refused.push({ command, again });
    return again.command.answeredAt / 1e6;
  }
}
