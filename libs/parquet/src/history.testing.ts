/** Histories and verdicts of any content, for tests: each field by itself, whether or not it makes sense. */
import {
  profileNameSchema,
  ruleNameSchema,
  type LabEvent,
  type Verdict,
} from '@fenceline/contracts';
import {
  never,
  type Apply,
  type Association,
  type Command,
  type Connection,
  type FaultSpan,
  type History,
} from '@fenceline/history';
import fc from 'fast-check';

export const emptyHistory: History = {
  blockSize: 4096,
  payloadHashes: [],
  associations: [],
  commands: [],
  applies: [],
  faults: [],
  events: [],
  consoles: [],
  problems: [],
  remarks: [],
  end: 0,
  uncertaintyAt: () => 0,
};

export const emptyVerdict: Verdict = {
  schema: 'fenceline.verdict/v1',
  scenario: 'made-up',
  seed: 1,
  verdict: 'inconclusive',
  asExpected: true,
  recording: { sha256: 'ab12' },
  verifier: { version: '0.0.0' },
  profile: 'cqt-zero-10s',
  profiles: [],
  rules: [],
  findings: [],
  inconclusive: [],
  margins: [],
  exercised: {
    outstanding: 0,
    completeUnapplied: 0,
    retriedEarly: 0,
    couldLand: 0,
    landedLate: 0,
    unattributed: 0,
  },
  longestStallMs: null,
  kernels: {},
  evidence: 'nowhere',
  durationMs: {},
};

const payloadHashes = ['0', 'f'].map((digit) => digit.repeat(16));

const anyTime = fc.maxSafeNat();
const timeOrNever = fc.oneof(anyTime, fc.constant(never));
const anyId = fc.nat(0x7fff_ffff);
const anyField = fc.nat(0xffff);
const anyWord = fc.nat(0xffff_ffff);
const anyText = fc.string({ unit: 'grapheme' });
const anyCirn = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
const anyFrame = fc.record({ file: anyText, frame: anyTime });
const anyPayload = fc.nat(payloadHashes.length - 1);
const anyPayloads = fc.array(anyPayload, { maxLength: 4 });
const anyIds = fc.array(anyId, { maxLength: 3 });

const few = <Value>(value: fc.Arbitrary<Value>) => fc.array(value, { maxLength: 5 });

/** All keys, but those named only now and then. */
const anyCommand: fc.Arbitrary<Command> = fc
  .record({
    id: anyId,
    association: anyId,
    connection: anyId,
    qid: anyField,
    cid: anyField,
    opcode: fc.nat(0xff),
    name: anyText,
    op: fc.constantFrom<Command['op']>('write', 'write-zeroes', 'deallocate', 'read', 'other'),
    nsid: anyWord,
    slba: anyTime,
    blocks: anyWord,
    fua: fc.boolean(),
    payloads: anyPayloads,
    sentAt: anyTime,
    sentFrame: anyFrame,
    completeAt: timeOrNever,
    answerSentAt: timeOrNever,
    answeredAt: timeOrNever,
    answerFrame: fc.option(anyFrame),
    status: fc.option(fc.nat(0x7ff)),
  })
  .chain((command) =>
    fc
      .record(
        {
          deliveredPayloads: anyPayloads,
          ranges: few(fc.record({ slba: anyTime, blocks: anyWord })),
          ccr: fc.record({
            icid: anyField,
            ciu: fc.nat(0xff),
            cirn: anyCirn,
            immediate: fc.boolean(),
          }),
          ccrLog: fc.record({
            announced: anyField,
            entries: few(
              fc.record({
                icid: anyField,
                ciu: fc.nat(0xff),
                acid: anyField,
                status: fc.nat(0xff),
                flags: fc.nat(0xff),
              }),
            ),
          }),
          event: anyWord,
        },
        { requiredKeys: [] },
      )
      .map((more) => ({ ...command, ...more })),
  );

const anyConnection: fc.Arbitrary<Connection> = fc.record({
  id: anyId,
  link: anyText,
  qid: anyField,
  hostSocket: anyText,
  nodeSocket: anyText,
  openedAt: anyTime,
  hostClosedAt: timeOrNever,
  nodeClosedAt: timeOrNever,
  lastNewHostBytesAt: anyTime,
});

const anyAssociation: fc.Arbitrary<Association> = fc.record({
  id: anyId,
  label: anyText,
  host: anyText,
  hostNqn: anyText,
  subsystemNqn: anyText,
  link: anyText,
  node: anyText,
  cntlid: anyField,
  connectedAt: timeOrNever,
  connections: few(anyConnection),
  identifiedAt: timeOrNever,
  katoMs: anyWord,
  tbkas: fc.boolean(),
  cqtMs: anyWord,
  ciu: fc.nat(0xff),
  cirn: anyCirn,
  ccrl: fc.nat(0xff),
  lastNewHostBytesAt: anyTime,
  lastCompleteAt: fc.oneof(anyTime, fc.constant(-never)),
  giveUpAt: timeOrNever,
  giveUpBy: fc.option(fc.constantFrom('fin', 'rst', 'ccr', 'retry')),
  giveUpAtFrame: fc.option(anyFrame),
  ccrSuccessDeliveredAt: timeOrNever,
  resetConfirmedDeliveredAt: timeOrNever,
  ccrNamedAt: timeOrNever,
  ccrSuccessSentAt: timeOrNever,
  resetConfirmedSentAt: timeOrNever,
});

/** A request of some blocks: one payload and one list of candidates each, and perhaps commands that it altered. */
const anyApply: fc.Arbitrary<Apply> = fc
  .record({
    id: anyId,
    request: anyTime,
    node: anyText,
    op: fc.constantFrom<Apply['op']>('write', 'write-zeroes'),
    slba: fc.nat(),
    bytes: fc.array(fc.record({ payload: anyPayload, candidates: anyIds, altered: anyIds }), {
      maxLength: 4,
    }),
    receivedAt: anyTime,
    appliedAt: timeOrNever,
    heldAt: fc.option(anyTime),
    failed: fc.boolean(),
    unattributed: fc.option(anyText),
  })
  .map(({ bytes, ...apply }) => {
    const altered = bytes
      .map((block, index) => ({ lba: apply.slba + index, commands: block.altered }))
      .filter(({ commands }) => commands.length > 0);
    return {
      ...apply,
      blocks: bytes.length,
      payloads: bytes.map(({ payload }) => payload),
      candidates: bytes.map(({ candidates }) => candidates),
      ...(altered.length === 0 ? {} : { altered }),
    };
  });

const anyFault: fc.Arbitrary<FaultSpan> = fc.record({
  id: anyText,
  describe: anyText,
  fault: fc.constantFrom('drop', 'hold', 'slow', 'error'),
  link: fc.option(anyText),
  nodes: few(anyText),
  start: anyTime,
  end: anyTime,
});

const anyEvent: fc.Arbitrary<LabEvent> = fc.oneof(
  fc.record({ t: anyTime, kind: fc.constant('phase' as const), phase: anyText }),
  fc.record({ t: anyTime, kind: fc.constant('stall' as const), ns: anyTime }),
  fc.record({
    t: anyTime,
    kind: fc.constant('fault-start' as const),
    id: anyText,
    fault: fc.constantFrom('drop', 'hold'),
    target: fc.record({ on: fc.constant('backend' as const), nodes: few(anyText) }),
    describe: anyText,
  }),
  fc.record({ t: anyTime, kind: fc.constant('vm-lost' as const), vm: anyText, message: anyText }),
  fc.record({ t: anyTime, kind: fc.constant('end' as const) }),
);

export const anyHistory: fc.Arbitrary<History> = fc
  .record({
    associations: fc.uniqueArray(anyAssociation, { maxLength: 4, selector: ({ id }) => id }),
    commands: few(anyCommand),
    applies: fc.uniqueArray(anyApply, { maxLength: 5, selector: ({ id }) => id }),
    faults: few(anyFault),
    events: few(anyEvent),
    consoles: few(fc.record({ t: anyTime, vm: anyText, text: anyText })),
    problems: few(fc.record({ t: anyTime, instrument: anyText, message: anyText })),
    remarks: few(
      fc.record({ t: anyTime, text: anyText, at: anyFrame }, { requiredKeys: ['t', 'text'] }),
    ),
    finalImage: few(fc.tuple(anyTime, anyPayload)).map((blocks) => new Map(blocks)),
  })
  .map((parts) => ({ ...emptyHistory, payloadHashes, ...parts }));

export const anyVerdict: fc.Arbitrary<Verdict> = fc
  .record({
    profile: fc.constantFrom(...profileNameSchema.options),
    findings: few(
      fc.record({
        rule: fc.constantFrom(...ruleNameSchema.options),
        blame: fc.constantFrom('host', 'target', 'kernel'),
        blamed: anyText,
        harm: fc.option(fc.constantFrom('none', 'possible', 'landed')),
        sentence: anyText,
        witness: fc.record(
          {
            lba: anyTime,
            host: anyText,
            path: anyText,
            otherPath: anyText,
            steps: few(
              fc.record(
                {
                  ms: fc.double({ noNaN: true, noDefaultInfinity: true }),
                  what: anyText,
                  at: anyText,
                },
                { requiredKeys: ['ms', 'what'] },
              ),
            ),
          },
          { requiredKeys: ['steps'] },
        ),
      }),
    ),
  })
  .map((parts) => ({ ...emptyVerdict, ...parts }));
