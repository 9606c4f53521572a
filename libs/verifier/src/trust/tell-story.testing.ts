import type { Association } from '@fenceline/history';
import { HostTale } from './host-tale.testing.js';
import { keepAlive } from './plan-failover.testing.js';
import { Random } from './random.testing.js';
import { drawOptions, type StoryOptions } from './story-options.testing.js';
import { Story, type Sending } from './story.testing.js';

/** Blocks that no job writes. */
const seriesLba = 2000;
const repeatedLba = 3000;
const tailLba = 4000;

/**
 * A correct history of a seed: the same seed and wishes give the same story. Hosts with jobs that write, read
 * and flush the same blocks; paths that fail with writes outstanding, fences that end by time, by
 * Cross-Controller Reset or by a confirmed reset, retries after them, new associations over the same links.
 */
export function tellStory(seed: number, wanted: Partial<StoryOptions> = {}): Story {
  const random = new Random(seed);
  const options = drawOptions(random, wanted);
  const story = new Story(new Random(~seed), options);
  story.builder.uncertain(options.uncertainMs);
  const shared = random.int(2, 8);
  const nodes: [string, string] = options.oneNode ? ['n1', 'n1'] : ['n1', 'n2'];
  const tales: HostTale[] = [];
  for (const [host, ...links] of [
    ['host1', 'A', 'B'],
    ['host2', 'C', 'D'],
  ].slice(0, options.hosts) as [string, string, string][]) {
    const ends = links.map((link, index): [string, string] => [link, nodes[index]!]);
    tales.push(new HostTale(story, random, host, ends, shared));
  }
  if (options.repeats) showRepeats(story);
  for (const tale of tales) tale.tell();
  new Ending(story, random, tales, shared).tell();
  return story;
}

/** The workload repeats its bytes, and shows it. */
function showRepeats(story: Story): void {
  const { other } = story.failovers[0]!;
  ['x', 'x', 'y', 'y'].forEach((name, index) => {
    story.quickWrite(other, repeatedLba + index, [name], 12 + index);
  });
}

/** What follows when the jobs are done: one thing after the other. */
class Ending {
  #now: number;

  constructor(
    private readonly story: Story,
    private readonly random: Random,
    private readonly tales: readonly HostTale[],
    private readonly shared: number,
  ) {
    const back = story.failovers.map((it) => it.back.connectedAt / 1e6 + 10);
    const over = Math.max(...tales.map(({ quietAt }) => quietAt), ...back);
    this.#now = Math.ceil(over) + 100 + story.options.lingerMs;
  }

  tell(): void {
    this.#overwriteHeld();
    this.#series();
    this.#tails();
    this.#lastWrite();
    this.#readBack();
    this.#close();
  }

  #overwriteHeld(): void {
    for (const tale of this.tales) {
      for (const { host, held } of this.story.failovers) {
        if (host !== tale.host) continue;
        for (const it of held) {
          const { slba, blocks } = it.original.command;
          it.newer = this.#write(slba, blocks, this.random.pick(tale.live));
          it.read = this.#read(slba, blocks, this.random.pick(tale.live));
        }
      }
    }
  }

  #series(): void {
    const first = this.#write(seriesLba, 1);
    const between = this.#read(seriesLba, 1);
    const second = this.#write(seriesLba, 1);
    const after = this.#read(seriesLba, 1);
    this.story.series.push({ writes: [first, second], reads: [between, after] });
    this.story.done.push(first, second);
  }

  #tails(): void {
    const { tails, builder } = this.story;
    for (const [index, how] of (['fua', 'flush', 'cache'] as const).entries()) {
      const older = this.random.chance(0.5) ? this.#write(tailLba + index, 1) : null;
      const over = this.#anyPath();
      const write = this.#write(tailLba + index, 1, over);
      if (how === 'fua') write.command.fua = true;
      if (how === 'flush') {
        const sent = this.#after(3);
        builder.command(over, { lba: 0, bytes: [], op: 'flush', sent, answered: sent + 2 });
      }
      tails.push({ how, older, write });
    }
  }

  /** The run may end with a write that nobody answers, with effect or without. */
  #lastWrite(): void {
    if (this.random.chance(0.5)) return;
    const { builder } = this.story;
    const bytes = this.story.ownBytes(1);
    const lba = this.random.int(0, this.shared - 1);
    const sent = this.#after(20);
    const command = builder.command(this.#anyPath(), { lba, bytes, sent });
    if (this.random.chance(0.5)) builder.apply(command, { applied: sent + this.random.int(1, 40) });
  }

  #readBack(): void {
    for (const over of this.tales.flatMap(({ live }) => live)) this.#read(0, this.shared, over);
  }

  #close(): void {
    const { story, random } = this;
    const end = this.#after(100);
    story.endMs = end;
    for (const { host, live } of this.tales) {
      for (const it of live) keepAlive(story, it, end, end + 1, end + 2);
      story.builder.event({ t: 0, kind: 'workload-start', host, job: 'fio' });
      const fio = {
        host,
        job: 'fio',
        exitCode: 0,
        stopped: false,
        errors: 0,
        worstLatencyNs: null,
      };
      const ended = { t: end * 1e6, kind: 'workload-end', ...fio } as const;
      story.workloads.push({ ...ended });
      story.builder.event(story.workloads.at(-1)!);
    }
    story.builder
      .event({ t: (end + 2000) * 1e6, kind: 'drained', ok: true, pending: 0 })
      .event({ t: (end + 2100) * 1e6, kind: 'phase', phase: 'teardown' });
    if (random.chance(0.5)) {
      for (const { connections } of this.tales.flatMap(({ live }) => live)) {
        connections[0]!.hostClosedAt = (end + 2200) * 1e6;
      }
    }
    for (const vm of ['n1', ...this.tales.map(({ host }) => host)]) {
      story.builder.console(vm, 5, '[    0.000000] Linux version 6.1.0-test');
    }
  }

  #write(lba: number, blocks: number, over = this.#anyPath()): Sending {
    return this.story.quickWrite(over, lba, this.story.ownBytes(blocks), this.#after(10));
  }

  #read(lba: number, blocks: number, over = this.#anyPath()) {
    const sent = this.#after(10);
    const moments = Array.from({ length: blocks }, () => this.random.int(sent, sent + 5));
    return this.story.read(over, lba, sent, 5, moments);
  }

  #anyPath(): Association {
    return this.random.pick(this.tales.flatMap(({ live }) => live));
  }

  /** The present moment; the next one is so much later. */
  #after(ms: number): number {
    const now = this.#now;
    this.#now += ms;
    return now;
  }
}
