import { randomBytes, randomUUID } from 'node:crypto';
import { allOperations, scopeSchema, type Operation } from '@fenceline/contracts/api';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { DebianKernels } from '../../apps/control-plane/src/kernels/debian-kernels.js';
import { ImageMaker } from '../../apps/control-plane/src/kernels/images/image-maker.js';
import {
  openTestService,
  type TestService,
} from '../../apps/control-plane/src/testing/test-service.testing.js';
import { verdictOf } from '../../apps/control-plane/src/testing/work.testing.js';
import { arbitraryOf } from '../support/service/arbitrary-of.js';
import { call, problemOf, type Parts } from '../support/service/call.js';
import { oneOfEach, type OneOfEach } from '../support/service/one-of-each.js';

let service: TestService;
let ours: OneOfEach;
let theirs: OneOfEach;

beforeAll(async () => {
  service = await openTestService({ FENCELINE_TOKEN_RATE: 0, FENCELINE_ADDRESS_RATE: 0 });
  // Nothing is fetched from Debian's archive here.
  vi.spyOn(service.application.get(DebianKernels), 'pack').mockRejectedValue(new Error('offline'));
  vi.spyOn(service.application.get(ImageMaker), 'make').mockRejectedValue(new Error('offline'));
  [ours, theirs] = [await oneOfEach(service), await oneOfEach(service)];
});
afterAll(() => service.close());

/** Bodies that are too particular to be made at random. */
const examples: Record<string, unknown> = {
  addJudgement: { evidenceSha256: '0'.repeat(64), document: verdictOf('pass') },
};

/** Query and body that the schemas take, the same ones each time. */
function validParts(operation: Operation): Parts {
  const sample = (schema: Operation['body']): unknown =>
    schema &&
    fc
      .sample(arbitraryOf(schema), { seed: 5, numRuns: 20 })
      .find((one) => schema.safeParse(one).success);
  return {
    query: sample(operation.query) as Record<string, unknown> | undefined,
    body:
      operation.bodyIsBytes === true ? 'bytes' : (examples[operation.id] ?? sample(operation.body)),
  };
}

function bearer(secret: string): Record<string, string> {
  return { authorization: `Bearer ${secret}` };
}

function secretOf(operation: Operation, { token, credential }: OneOfEach): string {
  return operation.access === 'worker' ? credential : token;
}

function namesOf({ path }: Operation): string[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name!);
}

/** @throws Error for a name that `oneOfEach` does not know: a new thing needs a row there */
function paramsOf(operation: Operation, { ids }: OneOfEach): Record<string, string> {
  return Object.fromEntries(
    namesOf(operation).map((name) => {
      if (ids[name] === undefined)
        throw new Error(`test/support/service/one-of-each.ts lacks ${name}`);
      return [name, ids[name]];
    }),
  );
}

async function answer(operation: Operation, parts: Parts): Promise<[number, string | null]> {
  const got = await call(service.url, operation, parts);
  return [got.status, problemOf(got)];
}

/** A call by somebody of our project who may, changed in one thing. */
function ownCall(operation: Operation, change: Parts): Promise<[number, string | null]> {
  return answer(operation, {
    params: paramsOf(operation, ours),
    ...validParts(operation),
    ...change,
    headers: { ...bearer(secretOf(operation, ours)), ...change.headers },
  });
}

/** Things that are not here are not found, whatever else is wrong with the call. */
async function isNotFound(operation: Operation, params: Record<string, string>): Promise<void> {
  expect(await ownCall(operation, { params })).toEqual([404, 'not-found']);
}

const title = '$id ($method $path)';
const closed = allOperations.filter(({ access }) => access !== 'public');
const withParams = closed.filter((one) => namesOf(one).length > 0);
const withBody = allOperations.filter((one) => one.body !== undefined);

describe('no token', () => {
  it.each(closed)(title, async (operation) => {
    const parts = { params: paramsOf(operation, ours), ...validParts(operation) };
    expect(await answer(operation, parts)).toEqual([401, 'unauthenticated']);
    for (const prefix of ['flt', 'flw', 'flj', 'xyz']) {
      const headers = bearer(`${prefix}_${randomBytes(32).toString('base64url')}`);
      expect(await answer(operation, { ...parts, headers })).toEqual([401, 'unauthenticated']);
    }
  });
});

describe('every scope but the right one', () => {
  it.each(closed)(title, async (operation) => {
    const scopes = scopeSchema.options.filter((scope) => scope !== operation.access);
    const secret = await service.token(scopes, 'alice', ours.projectId);
    expect(await ownCall(operation, { headers: bearer(secret) })).toEqual([403, 'forbidden']);
    if (operation.access === 'worker') return;
    const headers = bearer(ours.credential);
    expect(await ownCall(operation, { headers })).toEqual([403, 'forbidden']);
  });
});

describe('a thing of another project', () => {
  it.each(withParams)(title, (operation) => isNotFound(operation, paramsOf(operation, theirs)));
});

describe('a thing of this project is there', () => {
  const shows = withParams.filter(({ method, access }) => method === 'GET' && access !== 'worker');

  it.each(shows)(title, async (operation) => {
    expect((await ownCall(operation, {}))[1]).not.toBe('not-found');
  });
});

describe('an id of nothing', () => {
  it.each(withParams)(title, async (operation) => {
    const unknown = (id: string): string =>
      id.length === 64 ? randomBytes(32).toString('hex') : randomUUID();
    const params = Object.entries(paramsOf(operation, ours)).map(([name, id]) => [
      name,
      unknown(id),
    ]);
    await isNotFound(operation, Object.fromEntries(params) as Record<string, string>);
  });
});

describe('an id that is none', () => {
  it.each(withParams)(title, async (operation) => {
    for (const id of ['1', '%', "'; DROP TABLE jobs; --", '\0', 'x'.repeat(2000), '<script>']) {
      const params = Object.fromEntries(namesOf(operation).map((name) => [name, id]));
      expect(await ownCall(operation, { params })).toEqual([400, 'invalid-request']);
    }
  });
});

describe('a body that is too large', () => {
  it.each(withBody)(title, async (operation) => {
    const body = JSON.stringify({ text: 'x'.repeat(1024 * 1024) });
    expect(await ownCall(operation, { body })).toEqual([413, 'too-large']);
  });
});

describe('a body of another type', () => {
  const takesBytes = (one: Operation): boolean => one.bodyIsBytes === true;

  it.each([...withBody, ...allOperations.filter(takesBytes)])(title, async (operation) => {
    const headers = { 'content-type': 'text/plain' };
    expect(await ownCall(operation, { body: 'text', headers })).toEqual([415, 'wrong-type']);
  });
});

describe('a body that is no JSON, and JSON that is no such body', () => {
  it.each(withBody)(title, async (operation) => {
    for (const body of ['{', '[]', '"text"', 'null', '1', '{"\\u0000": 1}', '{"__proto__": 1}}']) {
      expect(await ownCall(operation, { body })).toEqual([400, 'invalid-request']);
    }
  });
});

describe('a page that there is not', () => {
  const lists = allOperations.filter((one) => takesQuery(one, 'cursor'));

  function takesQuery(operation: Operation, name: string): boolean {
    return operation.query !== undefined && name in (arbitraryShape(operation.query) ?? {});
  }

  function arbitraryShape(schema: object): object | undefined {
    return 'shape' in schema ? (schema.shape as object) : undefined;
  }

  it.each(lists)(title, async (operation) => {
    const wrong = [
      ...[{ limit: '0' }, { limit: '201' }, { limit: 'x' }, { cursor: 'x' }],
      ...[{ cursor: Buffer.from('x y').toString('base64url') }],
      { cursor: Buffer.from(`${new Date().toISOString()} x`).toString('base64url') },
      { cursor: Buffer.from(`-271821-04-20T00:00:00.000Z ${randomUUID()}`).toString('base64url') },
    ];
    for (const query of wrong) {
      expect(await ownCall(operation, { query })).toEqual([400, 'invalid-request']);
    }
  });
});
