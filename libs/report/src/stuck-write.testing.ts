import type { Finding, LabEvent, Manifest, Margin, Plan, Verdict } from '@fenceline/contracts';
import {
  never,
  type Apply,
  type Association,
  type Command,
  type History,
} from '@fenceline/history';
import type { ReportInput } from './input.js';

/**
 * A made-up stuck write of about 40 s, in the shape in which history and verifier give it: node A's writes
 * are held, link A drops, the host gives A up and sends the held writes again over B at once, newer writes
 * follow, and then node A's writes are let go.
 */
export interface StoryOptions {
  /** Writes a second and job. */
  rate?: number;
  jobs?: number;
}

const ms = 1_000_000;
const links = ['A', 'B'] as const;
const blocksPerJob = 8;

const workloadAt = 10_400 * ms;
const holdAt = 12_400 * ms;
const dropAt = 12_910 * ms;
const giveUpAt = 26_931 * ms;
const stopAt = 29_260 * ms;
const releaseAt = 29_700 * ms;
const readBackAt = 32_100 * ms;
const endAt = 34_000 * ms;

export function stuckWrite(options: StoryOptions = {}): ReportInput & { history: History } {
  const story = new Story(options.rate ?? 12, options.jobs ?? 8);
  story.run();
  return { verdict: story.verdict(), history: story.history(), plan, manifest, qemu };
}

class Story {
  private commands: Command[] = [];
  private readonly applies: Apply[] = [];
  private readonly held: Apply[] = [];
  private readonly findings: Finding[] = [];
  private readonly cids = [0, 0];
  private readonly frames = [1, 1];
  private readonly medium = new Map<number, number>();
  private payload = 1;
  private request = 1;
  private seed = 42;

  constructor(
    private readonly rate: number,
    private readonly jobs: number,
  ) {}

  run(): void {
    const stuck = this.writes();
    this.keepAlives();
    const retries = stuck.map((command, i) => this.retry(command, giveUpAt + (7 + i * 0.4) * ms));
    const newer = stuck.map((command, i) => this.newerWrites(command, i));
    stuck.forEach((command, i) => this.land(command, retries[i]!, newer[i]!, i));
    this.readBack();
    this.inOrder();
  }

  /** Every job writes over A and B in turn until one of its writes is stuck on A. */
  private writes(): Command[] {
    const stuck: Command[] = [];
    const period = (1000 / this.rate) * ms;
    for (let job = 0; job < this.jobs; job++) {
      let t = workloadAt + job * 11 * ms;
      for (let n = 0; ; n++) {
        const link = (n + job) % 2;
        const block = job * blocksPerJob + this.below(blocksPerJob);
        const isHeld = link === 0 && t > holdAt;
        const command = this.write(link, t, block, this.payload++, isHeld);
        if (isHeld) {
          stuck.push(command);
          break;
        }
        t += period * (0.9 + this.below(200) / 1000);
      }
    }
    return stuck.filter((command) => command.sentAt < dropAt);
  }

  private write(link: number, t: number, slba: number, payload: number, isHeld: boolean): Command {
    const took = (0.6 + this.below(1800) / 1000) * ms;
    const command = this.command(link, t, 1, slba, payload);
    command.completeAt = t + 0.12 * ms;
    const apply: Apply = {
      id: this.applies.length,
      request: this.request++,
      node: links[link]!,
      op: 'write',
      slba,
      blocks: 1,
      payloads: [payload],
      receivedAt: command.completeAt + 0.2 * ms,
      appliedAt: isHeld ? never : command.completeAt + took * 0.6,
      heldAt: isHeld ? command.completeAt + 0.2 * ms : null,
      failed: false,
      candidates: [[command.id]],
      unattributed: null,
    };
    this.applies.push(apply);
    if (isHeld) this.held.push(apply);
    else this.answer(command, t + took);
    return command;
  }

  private command(link: number, t: number, opcode: number, slba: number, payload: number): Command {
    const frame = {
      file: `captures/${links[link]!}.host.pcapng`,
      frame: (this.frames[link]! += 3),
    };
    const cid = this.cids[link]! & 0x7f;
    this.cids[link]! += 1;
    const read = opcode === 2;
    const command: Command = {
      id: this.commands.length,
      association: link,
      connection: link * 2 + 1,
      qid: 1,
      cid: ((this.cids[link]! & 0xf) << 12) | cid,
      opcode,
      name: read ? 'Read' : 'Write',
      op: read ? 'read' : 'write',
      nsid: 1,
      slba,
      blocks: 1,
      fua: false,
      payloads: [payload],
      sentAt: t,
      sentFrame: frame,
      completeAt: t + 0.1 * ms,
      answerSentAt: never,
      answeredAt: never,
      answerFrame: null,
      status: null,
    };
    this.commands.push(command);
    return command;
  }

  private answer(command: Command, t: number): void {
    command.answerSentAt = t - 0.05 * ms;
    command.answeredAt = t;
    command.answerFrame = { ...command.sentFrame, frame: command.sentFrame.frame + 2 };
    command.status = 0;
  }

  private keepAlives(): void {
    for (let t = 11_000 * ms; t < endAt; t += 2500 * ms) {
      for (const link of [0, 1]) {
        if (link === 0 && t > dropAt + 3000 * ms) continue;
        const command = this.command(link, t, 0x18, 0, 0);
        Object.assign(command, { qid: 0, connection: link * 2, name: 'Keep Alive', op: 'other' });
        Object.assign(command, { blocks: 0, payloads: [] });
        if (link === 1 || t < dropAt) this.answer(command, t + 0.8 * ms);
        else command.completeAt = never;
      }
    }
  }

  private retry(original: Command, t: number): Command {
    return this.write(1, t, original.slba, original.payloads[0]!, false);
  }

  /** The job goes on over B, and comes back to the block of its stuck write. */
  private newerWrites(original: Command, job: number): Command {
    let t = giveUpAt + (20 + job * 5) * ms;
    let newer: Command | null = null;
    const period = (1000 / this.rate) * ms;
    const base = original.slba - (original.slba % blocksPerJob);
    for (let n = 0; t < stopAt; n++, t += period) {
      const block = n % 6 === 4 ? original.slba : base + this.below(blocksPerJob);
      const command = this.write(1, t, block, this.payload++, false);
      if (block === original.slba) newer = command;
    }
    return newer ?? this.write(1, stopAt, original.slba, this.payload++, false);
  }

  private land(original: Command, retry: Command, newer: Command, i: number): void {
    const apply = this.held.find((a) => a.candidates[0]![0] === original.id)!;
    apply.appliedAt = releaseAt + (1 + i * 0.31) * ms;
    const over = this.applies.find((a) => a.candidates[0]![0] === newer.id)!;
    const lba = original.slba;
    const common = { lba, host: 'host1', path: 'A', otherPath: 'B' };
    const at = (command: Command) => `${command.sentFrame.file}#${command.sentFrame.frame}`;
    const step = (t: number, what: string, where?: string) => ({
      ms: Math.round(t / 1000) / 1000,
      what,
      ...(where === undefined ? {} : { at: where }),
    });
    const sent = step(
      original.sentAt,
      `host1 sent the write of LBA ${lba} over A, CID ${original.cid}`,
      at(original),
    );
    const gaveUp = step(
      giveUpAt,
      'host1 gave association host1 over A, CNTLID 1 (#0) up by FIN',
      'captures/A.host.pcapng#9120',
    );
    const again = step(
      retry.sentAt,
      `host1 sent the same block again over B, CID ${retry.cid}`,
      at(retry),
    );
    this.findings.push({
      rule: 'no-stale-overwrite',
      blame: 'host',
      blamed: 'host1',
      harm: 'landed',
      sentence: `A write of LBA ${lba} that host1 had sent over A, and again over B, landed ${((apply.appliedAt - over.appliedAt) / ms).toFixed(0)} ms after a newer write of the same block that host1 had been promised.`,
      witness: {
        ...common,
        steps: [
          sent,
          step(
            apply.receivedAt,
            `node A's backend received it and held it`,
            `journal#${apply.request}`,
          ),
          gaveUp,
          again,
          step(
            retry.answeredAt,
            `the retry was answered with success: the write was closed`,
            at(retry),
          ),
          step(
            newer.sentAt,
            `host1 sent a newer write of LBA ${lba} over B, CID ${newer.cid}`,
            at(newer),
          ),
          step(over.appliedAt, `node B applied the newer write`, `journal#${over.request}`),
          step(newer.answeredAt, `the newer write was answered with success`, at(newer)),
          step(apply.appliedAt, `node A applied the original over it`, `journal#${apply.request}`),
        ],
      },
    });
    this.findings.push({
      rule: 'no-early-retry',
      blame: 'host',
      blamed: 'host1',
      harm: 'landed',
      sentence: `host1 sent LBA ${lba} again over B ${((fenceEnd - retry.sentAt) / ms / 1000).toFixed(1)} s before its fence on A ended.`,
      witness: {
        ...common,
        steps: [
          sent,
          gaveUp,
          again,
          step(fenceEnd, 'the host fence of A would have ended, by time'),
        ],
      },
    });
  }

  private readBack(): void {
    const seen = new Set(this.applies.map((apply) => apply.slba));
    const last = [...this.applies].sort((a, b) => a.appliedAt - b.appliedAt);
    for (const apply of last) {
      if (Number.isFinite(apply.appliedAt)) this.medium.set(apply.slba, apply.payloads[0]!);
    }
    [...seen]
      .sort((a, b) => a - b)
      .forEach((slba, i) => {
        const command = this.command(
          1,
          readBackAt + i * 0.9 * ms,
          2,
          slba,
          this.medium.get(slba) ?? 0,
        );
        this.answer(command, command.sentAt + 0.7 * ms);
      });
  }

  /** History numbers commands in the order sent, applies in the order applied. */
  private inOrder(): void {
    const order = [...this.commands].sort((a, b) => a.sentAt - b.sentAt);
    const renamed = new Map(order.map((command, i) => [command.id, i]));
    for (const apply of this.applies) {
      apply.candidates = apply.candidates.map((list) => list.map((id) => renamed.get(id)!));
    }
    order.forEach((command, i) => (command.id = i));
    this.commands = order;
    this.applies.sort((a, b) => a.appliedAt - b.appliedAt);
    this.applies.forEach((apply, i) => (apply.id = i));
  }

  private below(limit: number): number {
    this.seed = (Math.imul(this.seed, 1103515245) + 12345) & 0x7fffffff;
    return (this.seed >>> 8) % limit;
  }

  history(): History {
    return {
      blockSize: 4096,
      payloadHashes: Array.from({ length: this.payload }, (_, i) =>
        ((BigInt(i) * 0x9e3779b97f4a7c15n) & 0xffffffffffffffffn).toString(16).padStart(16, '0'),
      ),
      associations: [association(0, 'A', giveUpAt), association(1, 'B', never)],
      commands: this.commands,
      applies: this.applies,
      faults: [
        {
          id: 'f1',
          describe: 'hold writes of node A',
          fault: 'hold',
          link: null,
          nodes: ['A'],
          start: holdAt,
          end: releaseAt,
        },
        {
          id: 'f2',
          describe: 'drop link A',
          fault: 'drop',
          link: 'A',
          nodes: [],
          start: dropAt,
          end: endAt,
        },
      ],
      events: events(),
      consoles: consoles(),
      problems: [],
      remarks: [{ t: dropAt + 220 * ms, text: 'host1 retransmits on A; the frames are dropped' }],
      end: endAt,
      uncertaintyAt: () => 0.3 * ms,
    };
  }

  verdict(): Verdict {
    const firstRetry = giveUpAt + 7 * ms;
    const margin = (fence: number): Margin => ({
      association: 'host1 over A, CNTLID 1 (#0)',
      host: 'host1',
      path: 'A',
      giveUpMs: giveUpAt / ms,
      fenceEndMs: fence / ms,
      fenceEndBy: 'time',
      firstRetryMinusFenceEndMs: (firstRetry - fence) / ms,
      targetFenceEndMinusLastApplyMs: null,
    });
    const stuck = this.held.length;
    const findings = [...this.findings].sort((a, b) => b.rule.localeCompare(a.rule));
    return {
      schema: 'fenceline.verdict/v1',
      scenario: 'stuck-write',
      seed: 7,
      verdict: 'violation',
      asExpected: true,
      profile: 'cqt-zero-10s',
      profiles: [
        { name: 'cqt-zero-10s', verdict: 'violation', margins: [margin(fenceEnd)] },
        { name: 'cqt-zero-immediate', verdict: 'violation', margins: [margin(giveUpAt)] },
        { name: 'tp4129-strict', verdict: 'violation', margins: [margin(fenceEnd - 10_000 * ms)] },
      ],
      rules: [
        {
          rule: 'no-stale-overwrite',
          status: 'violated',
          reason: `${stuck} writes landed over newer ones`,
        },
        {
          rule: 'no-early-retry',
          status: 'violated',
          reason: `${stuck} writes were sent again too early`,
        },
        { rule: 'no-io-error', status: 'held', reason: 'fio ended without an error' },
        {
          rule: 'kernel-clean',
          status: 'held',
          reason: 'no console shows a complaint of the kernel; detectors: hung task, soft lockup',
        },
        ...(
          [
            'reads-consistent',
            'final-image',
            'payload-stable',
            'medium-equals-wire',
            'ccr-conformance',
          ] as const
        ).map((rule) => ({
          rule,
          status: 'not-judged' as const,
          reason: 'not part of this version',
        })),
      ],
      findings,
      inconclusive: [],
      margins: [margin(fenceEnd)],
      exercised: {
        outstanding: stuck,
        completeUnapplied: stuck,
        retriedEarly: stuck,
        couldLand: stuck,
        landedLate: stuck,
        unattributed: 0,
      },
      longestStallMs: 14_402.3,
      kernels: {
        host1: { name: 'debian:6.1', version: '6.1.0-49-amd64', capabilities: [] },
        A: { name: 'debian:6.1', version: '6.1.0-49-amd64', capabilities: [] },
        B: { name: 'debian:6.1', version: '6.1.0-49-amd64', capabilities: [] },
      },
      evidence: 'evidence/stuck-write-7',
      durationMs: {
        boot: 9100,
        configure: 700,
        connect: 600,
        workload: 18_900,
        drain: 2400,
        'read-back': 300,
        teardown: 1600,
        judge: 410,
      },
    };
  }
}

const fenceEnd = dropAt + 2500 * ms + 15_000 * ms + 10_000 * ms;

function association(id: number, link: string, gaveUp: number): Association {
  return {
    id,
    label: `host1 over ${link}, CNTLID ${id * 99 + 1} (#${id})`,
    host: 'host1',
    hostNqn: 'nqn.2026-01.org.fenceline:host1',
    subsystemNqn: 'nqn.2026-01.org.fenceline:array',
    link,
    node: link,
    cntlid: id * 99 + 1,
    connectedAt: 10_100 * ms,
    connections: [],
    identifiedAt: 10_100 * ms,
    katoMs: 5000,
    tbkas: true,
    cqtMs: 0,
    ciu: 0,
    cirn: 0n,
    ccrl: 0,
    lastNewHostBytesAt: dropAt + 2500 * ms,
    lastCompleteAt: dropAt,
    giveUpAt: gaveUp,
    giveUpBy: gaveUp === never ? null : 'fin',
    giveUpAtFrame: null,
    ccrNamedAt: never,
    ccrSuccessDeliveredAt: never,
    resetConfirmedDeliveredAt: never,
    ccrSuccessSentAt: never,
    resetConfirmedSentAt: never,
  };
}

function events(): LabEvent[] {
  const phases: [number, string][] = [
    [0, 'boot'],
    [9100, 'configure'],
    [9800, 'connect'],
    [10_400, 'workload'],
    [29_300, 'drain'],
    [32_000, 'read-back'],
    [32_400, 'teardown'],
  ];
  return [
    ...phases.map(([t, phase]) => ({ t: t * ms, kind: 'phase' as const, phase })),
    {
      t: holdAt,
      kind: 'step',
      index: 0,
      describe: 'hold writes of node A',
      fired: true,
      because: '2 s after the workload started',
    },
    {
      t: dropAt,
      kind: 'step',
      index: 1,
      describe: 'drop link A',
      fired: true,
      because: '4 writes of node A are held',
    },
    {
      t: stopAt,
      kind: 'step',
      index: 2,
      describe: 'stop every workload',
      fired: true,
      because: 'a newer write over a held one was acknowledged',
    },
    {
      t: releaseAt,
      kind: 'step',
      index: 3,
      describe: 'release node A',
      fired: true,
      because: 'the workload ended',
    },
    { t: endAt, kind: 'end' },
  ];
}

function consoles(): History['consoles'] {
  return [
    { t: 900 * ms, vm: 'host1', text: '[    0.000000] Linux version 6.1.0-49-amd64' },
    {
      t: 10_100 * ms,
      vm: 'host1',
      text: '[    9.21] nvme nvme0: new ctrl: NQN "nqn.2026-01.org.fenceline:array", addr 10.0.1.2:4420',
    },
    {
      t: 21_000 * ms,
      vm: 'host1',
      text: '[   20.02] nvme nvme0: queue 0: timeout request 0x0 type 4',
    },
    {
      t: 26_930 * ms,
      vm: 'host1',
      text: '[   25.95] nvme nvme0: starting error recovery </script><script>alert(1)</script>',
    },
    { t: 26_940 * ms, vm: 'host1', text: '[   25.96] nvme nvme0: Reconnecting in 2 seconds...' },
    {
      t: 22_800 * ms,
      vm: 'A',
      text: '[   21.71] nvmet: ctrl 1 keep-alive timer (5 seconds) expired!',
    },
    { t: 22_801 * ms, vm: 'A', text: '[   21.71] nvmet: ctrl 1 fatal error occurred!' },
    { t: 1000 * ms, vm: 'B', text: '[    0.000000] Linux version 6.1.0-49-amd64' },
  ];
}

const mib = 1024 * 1024;
const host = { name: 'host1', kernel: 'debian:6.1', memoryBytes: 384 * mib };
const link = (name: string, n: number) => ({
  name,
  host: 'host1',
  node: name,
  port: 1,
  subnet: `10.0.${n}.0/24`,
  hostAddress: `10.0.${n}.1`,
  nodeAddress: `10.0.${n}.2`,
  hostMac: `52:54:00:00:0${n}:01`,
  nodeMac: `52:54:00:00:0${n}:02`,
  hostInterface: `eth${n - 1}`,
  nodeInterface: 'eth0',
});

/** The plan of the story; `scenario` holds only what reports read. */
export const plan: Plan = {
  schema: 'fenceline.plan/v1',
  scenario: {
    version: 1,
    name: 'stuck-write',
    description: 'Held writes of a failed path land over newer ones.',
    subsystem: {
      nqn: 'nqn.2026-01.org.fenceline:array',
      namespaces: [{ id: 1, sizeBytes: 64 * mib, blockSize: 4096 }],
    },
    nodes: links.map((name, i) => ({
      name,
      kernel: 'debian:6.1',
      ports: 1,
      cntlidMin: i * 99 + 1,
      cntlidMax: i * 99 + 99,
      blockLayer: 'recorder',
      memoryBytes: 384 * mib,
      cqtMs: 0,
      target: { kind: 'linux', ccrFault: 'none' },
    })),
    hosts: [
      {
        ...host,
        keepAliveMs: 5000,
        reconnectDelayMs: 2000,
        ctrlLossTimeoutMs: 600_000,
        ioTimeoutMs: 30_000,
        ioPolicy: 'round-robin',
        queues: 1,
        initiator: { kind: 'linux', cqtDefaultMs: null, ccrTimeoutMs: null },
      },
    ],
    interNodeLinks: [],
    links: links.map((name) => ({ name, host: 'host1', node: name, port: 1 })),
    workloads: [],
    timeline: [],
    exercise: { completeUnapplied: 4 },
    expect: [],
    control: true,
    bounds: { bootMs: 60_000, connectMs: 30_000, runMs: 120_000, drainMs: 30_000 },
    allow: { ioErrors: false },
  },
  seed: 7,
  subsystemNqn: 'nqn.2026-01.org.fenceline:array',
  subsystemSerial: 'FENCELINE0',
  namespaceId: 1,
  namespaceUuid: '3f0c5d5e-7a2b-4c11-9d7e-0f2d3a4b5c6d',
  blockSize: 4096,
  namespaceBytes: 64 * mib,
  hosts: [
    {
      ...host,
      hostNqn: 'nqn.2026-01.org.fenceline:host1',
      hostId: '7a0c5d5e-7a2b-4c11-9d7e-0f2d3a4b5c6d',
    },
  ],
  nodes: links.map((name, i) => ({
    name,
    kernel: 'debian:6.1',
    memoryBytes: 384 * mib,
    cntlidMin: i * 99 + 1,
    cntlidMax: i * 99 + 99,
    blockLayer: 'recorder',
    ports: [{ id: 1, link: name, address: `10.0.${i + 1}.2`, trsvcid: 4420, exportName: null }],
    exportName: name,
  })),
  links: links.map((name, i) => link(name, i + 1)),
  interNodeLinks: [],
  workloads: [
    {
      name: 'writers',
      host: 'host1',
      argv: [
        'fio',
        '--name=writers',
        '--filename=/dev/nvme0n1',
        '--direct=1',
        '--rw=randwrite',
        '--bs=4k',
        '--numjobs=8',
        '--iodepth=1',
        '--rate_iops=50',
        '--size=32k',
        '--offset_increment=32k',
        '--verify=crc32c',
      ],
      runtimeMs: 90_000,
    },
  ],
  steps: [],
};

const kernel = {
  name: 'debian:6.1',
  version: '6.1.0-49-amd64',
  sha256: 'c4'.repeat(32),
  capabilities: [],
  detectors: ['BUG and WARNING', 'hung task', 'soft lockup'],
};

export const manifest: Manifest = {
  schema: 'fenceline.evidence/v1',
  scenario: 'stuck-write',
  seed: 7,
  startedAt: '2026-10-01T12:00:00.000Z',
  fencelineVersion: '0.1.0',
  machine: {
    cpu: 'Example CPU at 2.4 GHz',
    cores: 2,
    memoryBytes: 8_000_000_000,
    os: 'Debian GNU/Linux 12',
    accelerator: 'tcg',
    qemuVersion: '7.2.22',
    nodeVersion: '20.19.0',
  },
  kernels: { host1: kernel, A: kernel, B: kernel },
  images: { host: 'd1'.repeat(32), 'array-node': 'e2'.repeat(32) },
  guestPackages: { fio: '3.33-3', 'nvme-cli': '2.4+really2.3-3' },
  complete: true,
  parts: [
    { path: 'captures/A.host.pcapng', bytes: 182_340, sha256: 'f3'.repeat(32) },
    { path: 'backend/journal.fjl', bytes: 64_120, sha256: '0a'.repeat(32) },
  ],
};

const qemu = ['host1', 'A', 'B'].map((vm) => ({
  vm,
  commandLine: [
    'qemu-system-x86_64',
    '-accel',
    'tcg',
    '-M',
    'q35',
    '-m',
    '384',
    '-kernel',
    'vmlinuz',
    '-append',
    `console=ttyS0 quiet panic=-1 name=${vm}`,
  ],
}));
