import type { Manifest, Margin, ProfileName, Verdict } from '@fenceline/contracts';
import {
  never,
  type Apply,
  type Association,
  type Command,
  type History,
} from '@fenceline/history';
import { CCR_COMPLETED_EVENT, CcrStatus, Status } from '@fenceline/nvme';
import type { ReportInput } from './input.js';
import { manifest, plan, stuckWrite } from './stuck-write.testing.js';

const ms = 1_000_000;
const dropAt = 12_000 * ms;
const giveUpAt = 20_000 * ms;
const successAt = giveUpAt + 316 * ms;
const endAt = 24_000 * ms;

/**
 * A made-up failover that is fenced by a Cross-Controller Reset, over two I/O queues a path: link A drops, the
 * host gives A up and asks B to reset it, is told by an event that it is done, reads log page 1Eh, and only then
 * sends the outstanding writes again. Before, an event of the namespace and a write that was answered with an
 * ANA transition.
 */
export function ccrFailover(): ReportInput & { history: History } {
  const commands: Command[] = [];
  const applies: Apply[] = [];
  const links = ['A', 'B'] as const;

  const command = (link: number, qid: number, t: number, more: Partial<Command>): Command => {
    const id = commands.length;
    const made: Command = {
      id,
      association: link,
      connection: link * 3 + qid,
      qid,
      cid: id & 0xffff,
      opcode: 1,
      name: 'Write',
      op: 'write',
      nsid: 1,
      slba: 0,
      blocks: 0,
      fua: false,
      payloads: [],
      sentAt: t,
      sentFrame: { file: `captures/${links[link]!}.host.pcapng`, frame: id * 3 + 1 },
      completeAt: t + 0.1 * ms,
      answerSentAt: never,
      answeredAt: never,
      answerFrame: null,
      status: null,
      ...more,
    };
    commands.push(made);
    return made;
  };
  const answered = (t: number, status = 0) => ({ answerSentAt: t, answeredAt: t, status });
  const write = (link: number, qid: number, t: number, took: number, slba: number): void => {
    const made = command(link, qid, t, {
      slba,
      blocks: 1,
      payloads: [commands.length + 1],
      ...(took === never ? {} : answered(t + took)),
    });
    if (took === never) return;
    applies.push({
      id: applies.length,
      request: applies.length + 1,
      node: links[link]!,
      op: 'write',
      slba,
      blocks: 1,
      payloads: made.payloads,
      receivedAt: t + took * 0.3,
      appliedAt: t + took * 0.7,
      heldAt: null,
      failed: false,
      candidates: [[made.id]],
      unattributed: null,
    });
  };
  const admin = (link: number, t: number, opcode: number, name: string, more: Partial<Command>) =>
    command(link, 0, t, { opcode, name, op: 'other', ...more });

  for (let n = 0; n < 800; n++) {
    const t = 10_400 * ms + n * 16 * ms;
    const link = n % 2;
    // Latencies from a fifth of a millisecond to some tens, without chance: the same page each time.
    const took = (0.2 + ((n * 7919) % 97) ** 2 / 400) * ms;
    if (link === 0 && t > dropAt) continue;
    if (link === 1 && t > dropAt + 200 * ms && t < successAt) continue;
    write(link, 1 + ((n >> 1) % 2), t, took, n % 64);
  }
  for (let n = 0; n < 6; n++) write(0, 1 + (n % 2), dropAt + (3 + n * 4) * ms, never, 64 + n);
  for (let n = 0; n < 6; n++) write(1, 1 + (n % 2), successAt + (4 + n) * ms, 3 * ms, 64 + n);
  command(1, 2, 11_200 * ms, {
    slba: 70,
    blocks: 1,
    payloads: [9999],
    ...answered(11_240 * ms, Status.asymmetricAccessTransition),
  });
  for (let t = 11_000 * ms; t < endAt; t += 1250 * ms) {
    admin(1, t, 0x18, 'Keep Alive', answered(t + 0.7 * ms));
  }
  const request = 'Asynchronous Event Request';
  admin(1, 10_200 * ms, 0x0c, request, { ...answered(11_190 * ms), event: 0x000c_0302 });
  admin(1, 11_191 * ms, 0x0c, request, {
    ...answered(giveUpAt + 310 * ms),
    event: CCR_COMPLETED_EVENT,
  });
  admin(1, giveUpAt + 4 * ms, 0x38, 'Cross-Controller Reset', {
    ...answered(giveUpAt + 6 * ms),
    ccr: { icid: 1, ciu: 3, cirn: 0x1122_3344_5566_7788n, immediate: false },
  });
  admin(1, giveUpAt + 312 * ms, 0x02, 'Get Log Page', {
    ...answered(successAt),
    ccrLog: {
      announced: 1,
      entries: [{ icid: 1, ciu: 3, acid: 100, status: CcrStatus.success, flags: 0 }],
    },
  });

  commands.sort((a, b) => a.sentAt - b.sentAt);
  const places = new Map(commands.map((made, place) => [made.id, place]));
  commands.forEach((made, place) => (made.id = place));
  for (const apply of applies) {
    apply.candidates = apply.candidates.map((ids) => ids.map((id) => places.get(id)!));
  }
  applies.sort((a, b) => a.appliedAt - b.appliedAt);
  applies.forEach((apply, id) => (apply.id = id));

  const told = stuckWrite();
  const [a, b] = told.history.associations;
  const given: Association = {
    ...a!,
    cqtMs: 4000,
    ciu: 3,
    giveUpAt,
    giveUpBy: 'ccr',
    ccrSuccessDeliveredAt: successAt,
    ccrSuccessSentAt: successAt - 0.4 * ms,
  };
  const history: History = {
    ...told.history,
    associations: [given, { ...b!, cqtMs: 4000, ccrl: 1 }],
    commands,
    applies,
    payloadHashes: [],
    faults: [
      {
        id: 'f1',
        describe: 'drop link A',
        fault: 'drop',
        link: 'A',
        nodes: [],
        start: dropAt,
        end: 22_500 * ms,
      },
    ],
    events: [
      { t: 0, kind: 'phase', phase: 'boot' },
      { t: 10_400 * ms, kind: 'phase', phase: 'workload' },
      { t: endAt, kind: 'end' },
    ],
    remarks: [],
    end: endAt,
  };
  return { verdict: passed(told.verdict), history, plan, manifest: withCcr(manifest), qemu: [] };
}

function passed(told: Verdict): Verdict {
  const margin: Margin = {
    association: 'host1 over A, CNTLID 1 (#0)',
    host: 'host1',
    path: 'A',
    giveUpMs: giveUpAt / ms,
    fenceEndMs: successAt / ms,
    fenceEndBy: 'ccr',
    firstRetryMinusFenceEndMs: 4,
    targetFenceEndMinusLastApplyMs: 8300.2,
  };
  const names: ProfileName[] = ['cqt-zero-10s', 'cqt-zero-immediate', 'tp4129-strict'];
  return {
    ...told,
    scenario: 'ccr-failover',
    verdict: 'pass',
    findings: [],
    rules: [
      { rule: 'no-early-retry', status: 'held', reason: '6 writes were sent again, none early' },
      { rule: 'ccr-conformance', status: 'held', reason: '1 CCR, done and reported' },
    ],
    profiles: names.map((name) => ({ name, verdict: 'pass', margins: [margin] })),
    margins: [margin],
    exercised: { ...told.exercised, retriedEarly: 0, couldLand: 0, landedLate: 0 },
  };
}

function withCcr(from: Manifest): Manifest {
  const kernels = Object.entries(from.kernels).map(([vm, kernel]) => [
    vm,
    { ...kernel, capabilities: ['ccr', 'cqt'] },
  ]);
  return {
    ...from,
    scenario: 'ccr-failover',
    kernels: Object.fromEntries(kernels) as typeof from.kernels,
  };
}
