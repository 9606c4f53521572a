/**
 * Writes evidence as a lab would leave it, of any number of commands: one host, two array nodes over one medium,
 * eight jobs of depth 1, seven writes to three reads, over both paths in turn; six have ranges of their own, two
 * share one that is so small that they meet. In the middle node A's writes are held and its link fails; the host gives the path up, waits for its fence end, sends
 * again over B what was outstanding, and connects anew over A. At the end every block that was written is read
 * back over both paths. Nothing in it is a violation. The same arguments give the same bytes.
 */
import { parseScenario } from '@fenceline/contracts';
import { EvidenceWriter, layout } from '@fenceline/evidence';
import { makePlan } from '@fenceline/lab';
import { random } from '../wire/random.mjs';
import { RecordedLink } from './recorded-link.mjs';
import { RecordedMedium } from './recorded-medium.mjs';
import { RecordedPath } from './recorded-path.mjs';

const BLOCK = 512;
const JOBS = 8;
/** A job's own range grows with its commands, so that each block is written about as often. */
const COMMANDS_A_BLOCK = 32;
const OWN_RANGES = 6;
const SHARED_BLOCKS = 256;
const QUEUES = 2;
const READ_BACK_BLOCKS = 64;
/** Parts of the commands: before the failover, while one path is gone, after it. */
const PARTS = [0.4, 0.2, 0.4];
const MS = 1_000_000;
const SECOND = 1000 * MS;
/** Between two rounds of the jobs, in ns. */
const PAUSE = 20_000;
/** From the last bytes over A: its give-up, the release of what was held, the retries (fence end: 25 s), the link. */
const GIVE_UP = 8 * SECOND;
const RELEASE = 9 * SECOND;
const RETRY = 25.2 * SECOND;
const RESTORED = 25.5 * SECOND;
const RECONNECT = 26.5 * SECOND;

const scenarioText = `
fenceline: 1
name: bench
description: Made by a generator, to measure judging.
subsystem: { namespaces: [{ size: 64MiB, blockSize: 512 }] }
array: { nodes: { A: { kernel: debian:6.1, cntlid: [1, 99] }, B: { kernel: debian:6.1, cntlid: [100, 199] } } }
hosts: { host1: { kernel: debian:6.1, keepAlive: 5s, ioPolicy: round-robin } }
links: { A: { host: host1, node: A }, B: { host: host1, node: B } }
workload: [{ name: jobs, host: host1, fio: { rw: randrw, bs: 512, numjobs: 8, size: 2m, offset_increment: 2m, runtime: 90s } }]
timeline: []
exercise: { completeUnapplied: 4, giveUps: 1 }
expect: [{ verdict: pass }]
`;

/**
 * @param dir - folder that is made
 * @param wanted - about so many commands of the jobs
 * @returns how many commands there are, with those of the read-back, and the bytes of the captures
 */
export async function generateEvidence(dir, wanted) {
  const parsed = parseScenario(scenarioText, 'bench.yaml');
  if (!parsed.ok) throw new Error(parsed.problems.map(({ message }) => message).join('\n'));
  const plan = makePlan(parsed.scenario, 1);
  const writer = await EvidenceWriter.create(dir, {
    manifest: manifest(plan),
    scenario: scenarioText,
    plan,
    onError: (error) => {
      throw error;
    },
  });
  for (const { name } of [...plan.hosts, ...plan.nodes]) {
    const line = await writer.console(name);
    line(1, 'Linux version 6.1.0-49-amd64');
  }
  const lab = await Lab.open(writer, plan);
  lab.run(wanted);
  await writer.write(layout.finalImage, lab.close());
  await writer.seal();
  return { commands: lab.commands, bytes: lab.bytes };
}

class Lab {
  commands = 0;
  #now = 0;
  #next = random(2_463_534_242);
  #port = 40_000;
  #links = {};
  #paths = {};
  #writer;
  #plan;
  #medium;
  #ownBlocks;
  #jobs = Array.from({ length: JOBS }, (_, index) => ({ index, turn: index, stuck: null }));
  /** Number of what each block holds; 0 is what it held before all writes. */
  #content;
  #writes = 0;
  #pattern = Buffer.alloc(BLOCK);
  #nextStall = 0;

  static async open(writer, plan) {
    const lab = new Lab();
    lab.#writer = writer;
    lab.#plan = plan;
    const clock = { tick: (ns) => lab.#tick(ns) };
    for (const link of plan.links) {
      const paths = {};
      for (const side of ['host', 'node']) {
        paths[side] = await writer.path(layout.capture(link.name, side));
      }
      lab.#links[link.name] = new RecordedLink(link, clock, (side) => paths[side]);
    }
    const nodes = plan.nodes.map(({ exportName }) => exportName);
    lab.#medium = new RecordedMedium(await writer.path(layout.journal), clock, BLOCK, nodes);
    for (let at = 0; at < BLOCK; at++) lab.#pattern[at] = lab.#next(256);
    return lab;
  }

  run(wanted) {
    this.#ownBlocks = Math.ceil(wanted / JOBS / COMMANDS_A_BLOCK);
    this.#content = new Uint32Array(OWN_RANGES * this.#ownBlocks + SHARED_BLOCKS);
    this.#event({ kind: 'phase', phase: 'boot' });
    this.#until(SECOND);
    this.#event({ kind: 'phase', phase: 'connect' });
    this.#paths.A = this.#connect('A', 1);
    this.#paths.B = this.#connect('B', 100);
    this.#event({ kind: 'phase', phase: 'workload' });
    this.#event({ kind: 'workload-start', host: 'host1', job: 'jobs' });
    this.#work(this.commands + wanted * PARTS[0]);
    this.#failOver(wanted * PARTS[1]);
    this.#work(this.commands + wanted * PARTS[2]);
    this.#event({
      kind: 'workload-end',
      host: 'host1',
      job: 'jobs',
      exitCode: 0,
      stopped: false,
      errors: 0,
      worstLatencyNs: RETRY,
    });
    this.#event({ kind: 'phase', phase: 'drain' });
    this.#until(this.#now + 2 * SECOND);
    this.#event({ kind: 'drained', ok: true, pending: 0 });
    this.#event({ kind: 'phase', phase: 'read-back' });
    for (const name of ['A', 'B']) this.#readBack(name);
    this.#event({ kind: 'phase', phase: 'teardown' });
    this.#until(this.#now + SECOND);
  }

  /** Ends the recording but for its seal; returns the final image. */
  close() {
    for (const link of Object.values(this.#links)) link.close();
    const image = this.#medium.close();
    this.#event({ kind: 'end' });
    return image;
  }

  get bytes() {
    return Object.values(this.#links).reduce((sum, { bytes }) => sum + bytes, 0);
  }

  /** The jobs work over both paths. */
  #work(until) {
    while (this.commands < until) this.#round(['A', 'B'], this.#now + PAUSE);
  }

  /** Each job that is not stuck sends one command; then all are answered, in another order. */
  #round(names, start) {
    this.#until(start);
    const answers = [];
    for (const job of this.#jobs) {
      if (job.stuck === null) answers.push(this.#command(job, names[job.turn++ % names.length]));
    }
    const first = this.#next(answers.length);
    for (let i = 0; i < answers.length; i++) answers[(first + i) % answers.length]();
  }

  #command(job, name) {
    this.commands++;
    const path = this.#paths[name];
    const lba = this.#anyBlock(job);
    const qid = 1 + (job.index % QUEUES);
    if (this.#next(10) < 3) {
      const { answer } = path.read(qid, lba, 1, BLOCK);
      return () => answer(this.#block(this.#content[lba]));
    }
    const number = ++this.#writes;
    const { answer } = path.write(qid, lba, 1, this.#block(number));
    const request = this.#medium.receive(name, lba, this.#block(number));
    return () => {
      request.apply();
      this.#content[lba] = number;
      answer();
    };
  }

  /** Path A fails with a write of each of half the jobs held; the rest goes on over B meanwhile. */
  #failOver(wanted) {
    const held = {
      kind: 'fault-start',
      fault: 'hold',
      id: 'hold',
      describe: 'hold writes of node A',
    };
    this.#event({ ...held, target: { on: 'backend', nodes: ['A'] } });
    for (const job of this.#jobs.slice(0, JOBS / 2)) job.stuck = this.#stick(job);
    const stuck = this.#jobs.slice(0, JOBS / 2).map((job) => job.stuck);
    const last = this.#now;
    const dropped = { kind: 'fault-start', fault: 'drop', id: 'drop', describe: 'drop link A' };
    this.#event({ ...dropped, target: { on: 'link', link: 'A', direction: 'both' } });
    this.#links.A.down = true;

    const happenings = [
      [GIVE_UP, () => this.#paths.A.reset()],
      [
        RELEASE,
        () => {
          this.#event({ kind: 'fault-end', id: 'hold', describe: 'release' });
          for (const { request } of stuck) request.apply();
        },
      ],
      [RETRY, () => this.#jobs.slice(0, JOBS / 2).forEach((job) => this.#retry(job))],
      [
        RESTORED,
        () => {
          this.#links.A.down = false;
          this.#event({ kind: 'fault-end', id: 'drop', describe: 'link A is back' });
        },
      ],
      [RECONNECT, () => (this.#paths.A = this.#connect('A', 2))],
    ];
    const rounds = Math.ceil(wanted / (JOBS / 2));
    for (let round = 1; happenings.length > 0; round++) {
      this.#round(['B'], last + (round * RECONNECT) / rounds);
      while (happenings.length > 0 && this.#now >= last + happenings[0][0]) happenings.shift()[1]();
    }
  }

  #stick(job) {
    this.commands++;
    const lba = this.#anyBlock(job);
    const number = ++this.#writes;
    const data = this.#block(number);
    this.#paths.A.write(1, lba, 1, data);
    const request = this.#medium.receive('A', lba, data);
    request.hold();
    return { lba, number, request };
  }

  #retry(job) {
    this.commands++;
    const { lba, number } = job.stuck;
    const data = this.#block(number);
    const { answer } = this.#paths.B.write(1, lba, 1, data);
    this.#medium.receive('B', lba, data).apply();
    this.#content[lba] = number;
    answer();
    job.stuck = null;
  }

  #readBack(name) {
    for (let lba = 0; lba < this.#content.length; lba += READ_BACK_BLOCKS) {
      this.commands++;
      const numbers = this.#content.subarray(lba, lba + READ_BACK_BLOCKS);
      const data = Buffer.concat([...numbers].map((number) => this.#block(number)));
      this.#paths[name].read(1, lba, READ_BACK_BLOCKS, data.length).answer(data);
    }
    this.#event({ kind: 'read-back', host: 'host1', path: name, ok: true });
  }

  #anyBlock({ index }) {
    if (index < OWN_RANGES) return index * this.#ownBlocks + this.#next(this.#ownBlocks);
    return OWN_RANGES * this.#ownBlocks + this.#next(SHARED_BLOCKS);
  }

  #connect(name, cntlid) {
    const { nodes, hosts, subsystemNqn } = this.#plan;
    const nodePort = nodes.find((node) => node.name === name).ports[0].trsvcid;
    return new RecordedPath(this.#links[name], {
      cntlid,
      queues: QUEUES,
      names: { hostNqn: hosts[0].hostNqn, subsystemNqn },
      ports: () => this.#port++,
      nodePort,
    });
  }

  /** The bytes that write number `number` gives to a block. */
  #block(number) {
    const bytes = Buffer.alloc(BLOCK);
    if (number === 0) return bytes;
    this.#pattern.copy(bytes);
    bytes.writeUInt32LE(number, 0);
    return bytes;
  }

  #event(event) {
    this.#writer.event({ t: this.#tick(1000), ...event });
  }

  #until(t) {
    this.#now = Math.max(this.#now, Math.ceil(t));
  }

  /** Moves the clock; the recorder's event loop is late now and then. */
  #tick(ns) {
    this.#now += ns;
    if (this.#now >= this.#nextStall) {
      this.#nextStall = this.#now + 200 * MS;
      this.#writer.event({ t: this.#now, kind: 'stall', ns: 2 * MS });
    }
    return this.#now;
  }
}

function manifest(plan) {
  const kernel = {
    name: 'debian:6.1',
    version: '6.1.0-49-amd64',
    sha256: 'a'.repeat(64),
    capabilities: [],
    detectors: [],
  };
  return {
    scenario: plan.scenario.name,
    seed: plan.seed,
    startedAt: '2026-10-01T12:00:00.000Z',
    fencelineVersion: '0.1.0',
    machine: {
      cpu: 'Example CPU',
      cores: 2,
      memoryBytes: 8e9,
      os: 'Debian 12',
      accelerator: 'tcg',
      qemuVersion: '7.2.22',
      nodeVersion: '20.19.0',
    },
    kernels: { host1: kernel, A: kernel, B: kernel },
    images: {},
    guestPackages: {},
  };
}
