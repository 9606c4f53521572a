import { allOperations, type Operation } from '@fenceline/contracts/api';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { DebianKernels } from '../../apps/control-plane/src/kernels/debian-kernels.js';
import { ImageMaker } from '../../apps/control-plane/src/kernels/images/image-maker.js';
import {
  openTestService,
  type TestService,
} from '../../apps/control-plane/src/testing/test-service.testing.js';
import { arbitraryOf } from '../support/service/arbitrary-of.js';
import { call, undocumented, type Parts } from '../support/service/call.js';
import { oneOfEach, type OneOfEach } from '../support/service/one-of-each.js';

/** 2,000 calls, ten at a time. */
const batches = 200;
const callsOfABatch = 10;

interface Call extends Parts {
  operation: Operation;
  who: 'token' | 'credential' | 'nobody';
  /** For each parameter: which of the ids that are known, or one of its own. */
  ids: { known: number | null; made: string }[];
}

let service: TestService;
let ours: OneOfEach;
/** Every id that an answer had. */
const known: string[] = [];

beforeAll(async () => {
  service = await openTestService({ FENCELINE_TOKEN_RATE: 0, FENCELINE_ADDRESS_RATE: 0 });
  // Nothing is fetched from Debian's archive here.
  vi.spyOn(service.application.get(DebianKernels), 'pack').mockRejectedValue(new Error('offline'));
  vi.spyOn(service.application.get(ImageMaker), 'make').mockRejectedValue(new Error('offline'));
  ours = await oneOfEach(service);
  known.push(...Object.values(ours.ids));
});
afterAll(() => service.close());

const id = fc.record({
  known: fc.option(fc.nat(), { freq: 4 }),
  made: fc.oneof(fc.uuid(), fc.string({ minLength: 1, maxLength: 20, unit: 'grapheme' })),
});

/** What the schema takes, mostly; else any JSON, in its place or in one of its members. */
function nearly(valid: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  const spoilt = fc
    .tuple(valid, fc.nat(), fc.jsonValue({ maxDepth: 2 }))
    .map(([value, which, other]) => {
      if (typeof value !== 'object' || value === null) return other;
      const names = Object.keys(value);
      const name = names[which % Math.max(1, names.length)];
      return name === undefined ? other : { ...value, [name]: other };
    });
  return fc.oneof({ arbitrary: valid, weight: 6 }, { arbitrary: spoilt, weight: 2 });
}

function callOf(operation: Operation): fc.Arbitrary<Call> {
  const { access, body, query } = operation;
  const usual = access === 'worker' ? 'credential' : 'token';
  const bytes = operation.bodyIsBytes === true ? fc.string() : fc.constant(undefined);
  return fc.record({
    operation: fc.constant(operation),
    who: fc.oneof(
      { arbitrary: fc.constant<Call['who']>(usual), weight: 9 },
      { arbitrary: fc.constantFrom<Call['who'][]>('token', 'credential', 'nobody'), weight: 1 },
    ),
    ids: fc.array(id, { minLength: 3, maxLength: 3 }),
    query: query === undefined ? fc.constant({}) : nearly(arbitraryOf(query)).map(membersOf),
    body: body === undefined ? bytes : nearly(arbitraryOf(body)),
    headers: operation.idempotent
      ? fc.option(fc.record({ 'idempotency-key': fc.constantFrom('a', 'b', 'c') }), {
          nil: undefined,
        })
      : fc.constant(undefined),
  });
}

function membersOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' ? { ...value } : {};
}

function secretOf(who: Call['who']): Record<string, string> {
  return who === 'nobody' ? {} : { authorization: `Bearer ${ours[who]}` };
}

function paramsOf({ operation, ids }: Call): Record<string, string> {
  const names = [...operation.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name!);
  return Object.fromEntries(
    names.map((name, index) => {
      const { known: which, made } = ids[index]!;
      // Half of them of the right kind.
      if (which === null) return [name, /^\.{1,2}$/.test(made) ? 'dots' : made];
      return [name, which % 2 === 0 ? ours.ids[name]! : known[which % known.length]!];
    }),
  );
}

/** Ids are learnt from answers; not those of the tokens that the calls come with. */
function learn(text: string): void {
  for (const [found] of text.matchAll(/(?<="id":")[0-9a-f-]{36}(?=")/g)) {
    if (known.length < 500 && !known.includes(found)) known.push(found);
  }
}

/** @returns what is wrong with the answer, or null */
async function check(one: Call): Promise<string | null> {
  const params = paramsOf(one);
  const headers = { ...secretOf(one.who), ...one.headers };
  const { operation, query, body } = one;
  const sent = `${operation.id} ${JSON.stringify({ who: one.who, params, query, body })}`;
  const answer = await call(service.url, operation, { ...one, params, headers }).catch(
    (error: unknown) => String(error),
  );
  if (typeof answer === 'string') return `${sent}: no answer: ${answer}`;
  if (operation.tag !== 'access') learn(answer.text);
  const wrong = answer.status >= 500 ? 'a mistake' : undocumented(operation, answer);
  if (wrong === null) return null;
  return `${sent}: ${wrong} → ${answer.text.slice(0, 500)}`;
}

it('answers whatever comes as it is documented, and makes no mistake', async () => {
  const seed = Number(process.env['FENCELINE_API_SEED'] ?? Date.now() % 2 ** 31);
  const calls = fc.oneof(...allOperations.map(callOf));
  const batch = fc.array(calls, { minLength: callsOfABatch, maxLength: callsOfABatch });
  const called = new Set<string>();
  const wrong: string[] = [];
  for (const many of fc.sample(batch, { seed, numRuns: batches })) {
    const found = await Promise.all(many.map(check));
    wrong.push(...found.filter((one) => one !== null));
    many.forEach(({ operation }) => called.add(operation.id));
  }
  expect(wrong, `FENCELINE_API_SEED=${seed}`).toEqual([]);
  expect([...called].sort()).toEqual(allOperations.map((one) => one.id).sort());
}, 180_000);
