import { connect, type Client } from '@fenceline/client';
import {
  allOperations,
  operations,
  sessionCookie,
  sessionHeader,
  statusOf,
  type Operation,
} from '@fenceline/contracts/api';
import { makePackedFile, packedImageFiles, packedKernelFiles } from '@fenceline/vm/testing';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { DebianKernels } from '../../apps/control-plane/src/kernels/debian-kernels.js';
import {
  buildsChannel,
  ImageBuilds,
} from '../../apps/control-plane/src/kernels/images/image-builds.js';
import { ImageMaker } from '../../apps/control-plane/src/kernels/images/image-maker.js';
import {
  openTestService,
  type TestService,
} from '../../apps/control-plane/src/testing/test-service.testing.js';
import {
  createWorker,
  scenarioText,
  verdictOf,
} from '../../apps/control-plane/src/testing/work.testing.js';
import { sha256Of } from '../../apps/control-plane/src/uploads/uploads.testing.js';
import { call, type Parts } from '../support/service/call.js';
import { oneOfEach, type OneOfEach } from '../support/service/one-of-each.js';

let service: TestService;

beforeAll(async () => {
  service = await openTestService({ FENCELINE_TOKEN_RATE: 0, FENCELINE_ADDRESS_RATE: 0 });
  vi.spyOn(service.application.get(DebianKernels), 'pack').mockRejectedValue(new Error('offline'));
  vi.spyOn(service.application.get(ImageMaker), 'make').mockImplementation(({ roles }) =>
    Promise.resolve(roles.map((role) => ({ role, failure: 'offline' }))),
  );
});
afterAll(() => service.close());

/** What a case is called with beside the ids of its project's things. */
type Given = Parts & { ids?: Record<string, string> };
type Prepare = (one: OneOfEach, client: Client) => Given | Promise<Given>;

const nothing: Prepare = () => ({});
const scenarios = [{ text: scenarioText }];
const capacity = {
  ...{ slots: 1, memoryMib: 1, cores: 1, accelerator: null, labels: [], version: '1' },
};

/** Each operation that changes something for a person, ready to succeed. */
const cases: Record<string, Prepare> = {
  addJudgement: async (one) => {
    const { prisma } = service.database;
    // Together, or the reconciler would end what is left of it.
    await prisma.$transaction([
      prisma.job.update({
        where: { id: one.ids.jobId! },
        data: { state: 'finished', finishedAt: new Date() },
      }),
      prisma.attempt.update({
        where: { id: one.ids.attemptId! },
        data: { state: 'ended', endedHow: 'done', endedAt: new Date() },
      }),
    ]);
    await prisma.artifact.updateMany({
      where: { projectId: one.projectId },
      data: { kind: 'evidence' },
    });
    return { body: { evidenceSha256: one.ids.sha256, document: verdictOf('pass') } };
  },
  buildKernelImages: async ({ ids }) => {
    await service.application.get(ImageBuilds).wantMissing();
    // The builder looks every 30 s, and when it is called.
    await service.database.query(`SELECT pg_notify($1, '')`, [buildsChannel]);
    await vi.waitFor(async () => {
      const builds = await service.database.query<{ state: string }>(
        'SELECT DISTINCT state FROM image_builds WHERE kernel_id = $1',
        [ids.kernelId],
      );
      expect(builds).toEqual([{ state: 'failed' }]);
    }, 10_000);
    return {};
  },
  cancelJob: nothing,
  cancelRejudgement: nothing,
  cancelRun: nothing,
  cloneRun: () => ({ body: { seeds: [2] } }),
  completeUpload: async (_, client) => {
    const bytes = Buffer.from('bytes');
    return { ids: { uploadId: await upload(client, bytes, 'kernel', 'part') } };
  },
  createJoinToken: () => ({ body: {} }),
  createRejudgement: () => ({ body: {} }),
  createSignInCode: nothing,
  createToken: () => ({ body: { owner: 'bob', name: 'b', scopes: ['read'] } }),
  createUpload: (one) => ({
    body: { kind: 'kernel', name: 'k', size: 1, sha256: one.ids.sha256 },
  }),
  disableWorker: async (one) => {
    const where = { id: one.ids.workerId! };
    await service.database.prisma.worker.update({ where, data: { state: 'enabled' } });
    return {};
  },
  drainWorker: nothing,
  revokeWorker: async ({ projectId }) => {
    const { id } = await createWorker({ ...service, projectId });
    return { ids: { workerId: id } };
  },
  enableWorker: nothing,
  enrolWorker: async (_, client) => {
    const { data } = await client.POST('/join-tokens', { body: {} });
    return { body: { joinToken: data!.secret, name: 'w-2', capacity } };
  },
  fetchDebianKernel: () => ({ body: { name: 'debian:6.12' } }),
  prioritiseJob: () => ({ body: { priority: 5 } }),
  putUploadPart: async (_, client) => {
    const bytes = Buffer.from('bytes');
    const uploadId = await upload(client, bytes, 'kernel', 'create');
    return { ids: { uploadId }, query: { offset: 0, sha256: sha256Of(bytes) }, body: 'bytes' };
  },
  registerImage: async (_, client) => {
    const bytes = await makePackedFile(packedImageFiles('host', '6.1'));
    return { body: { name: 'debian:6.1', uploadId: await upload(client, bytes, 'image') } };
  },
  registerKernel: async (_, client) => {
    const bytes = await makePackedFile(packedKernelFiles('6.1.0-9'));
    return { body: { name: 'mine', uploadId: await upload(client, bytes, 'kernel') } };
  },
  rerunJob: nothing,
  rerunRun: () => ({ body: { which: 'all' } }),
  retireImage: nothing,
  retireKernel: nothing,
  revokeJoinToken: nothing,
  revokeToken: nothing,
  signIn: (one) => ({ body: { token: one.token }, headers: { authorization: '' } }),
  signOut: async (one) => {
    const answer = await call(service.url, operations.sessions.signIn, {
      body: { token: one.token },
    });
    const cookie = /fenceline_session=([^;]+)/.exec(answer.headers.get('set-cookie')!)![1]!;
    const { headerToken } = JSON.parse(answer.text) as { headerToken: string };
    return {
      headers: {
        ...{ authorization: '', cookie: `${sessionCookie}=${cookie}`, origin: service.url },
        [sessionHeader]: headerToken,
      },
    };
  },
  storeScenario: () => ({ body: { text: `${scenarioText}# one more\n` } }),
  submitRun: () => ({ body: { scenarios, driver: 'simulated' } }),
};

/** Those that change nothing for all that they are POST. */
const changeNothing = ['validateScenario'];

const unsafe = allOperations.filter(
  ({ access, method, id }) =>
    method !== 'GET' && access !== 'worker' && !changeNothing.includes(id),
);

/** Brings a file to the service, as far as that. */
async function upload(
  client: Client,
  bytes: Uint8Array,
  kind: 'kernel' | 'image',
  until: 'create' | 'part' | 'complete' = 'complete',
): Promise<string> {
  const sha256 = sha256Of(bytes);
  const body = { kind, name: 'k.tar.zst', size: bytes.length, sha256 };
  const { data } = await client.POST('/uploads', { body });
  const path = { uploadId: data!.id };
  if (until === 'create') return data!.id;
  await client.PUT('/uploads/{uploadId}/parts', {
    params: { path, query: { offset: 0, sha256 } },
    body: '',
    bodySerializer: () => bytes,
    headers: { 'content-type': 'application/octet-stream' },
  });
  if (until === 'complete') await client.POST('/uploads/{uploadId}/complete', { params: { path } });
  return data!.id;
}

/** All rows of a project, without what the service notes by itself. */
async function rowsOf(projectId: string): Promise<Map<string, unknown>> {
  const { database } = service;
  const tables = await database.query<{ name: string }>(
    `SELECT table_name AS name FROM information_schema.columns
      WHERE table_schema = 'public' AND column_name = 'project_id'
      UNION SELECT unnest(ARRAY['sessions', 'sign_in_codes', 'blobs']) ORDER BY 1`,
  );
  const rows = new Map<string, unknown>();
  for (const { name } of tables) {
    rows.set(
      name,
      await database.query(
        `SELECT row - 'last_used_at' - 'number' AS row FROM (SELECT to_jsonb(t) AS row FROM ${name} t) AS r
          WHERE row ->> 'project_id' = $1 OR NOT row ? 'project_id' ORDER BY row::text`,
        [projectId],
      ),
    );
  }
  return rows;
}

/** Runs `work` while no entry can be written. */
async function withoutAudit<Result>(work: () => Promise<Result>): Promise<Result> {
  const { database } = service;
  await database.query('ALTER TABLE audit_log ADD CONSTRAINT closed CHECK (false) NOT VALID');
  try {
    return await work();
  } finally {
    await database.query('ALTER TABLE audit_log DROP CONSTRAINT closed');
  }
}

async function entriesOf(projectId: string): Promise<{ action: string; actor: string }[]> {
  return service.database.query(
    'SELECT action, actor, token_id, subject FROM audit_log WHERE project_id = $1 ORDER BY id',
    [projectId],
  );
}

it('has a case for every operation with which somebody changes something', () => {
  expect(Object.keys(cases).sort()).toEqual(unsafe.map(({ id }) => id).sort());
});

describe('a change has one entry in the audit log, and is not made without it', () => {
  it.each(unsafe)('$id ($method $path)', async (operation: Operation) => {
    const one = await oneOfEach(service);
    const client = connect({ service: service.url, token: one.token });
    const { ids, headers, ...parts } = await cases[operation.id]!(one, client);
    const send = () =>
      call(service.url, operation, {
        ...parts,
        params: { ...one.ids, ...ids },
        headers: { authorization: `Bearer ${one.token}`, ...headers },
      });
    const before = await rowsOf(one.projectId);
    const refused = await withoutAudit(send);
    expect(refused.status).toBe(500);
    expect(await rowsOf(one.projectId)).toEqual(before);

    const entries = (await entriesOf(one.projectId)).length;
    const done = await send();
    expect([done.status, done.text]).toEqual([statusOf(operation), expect.any(String)]);
    const written = (await entriesOf(one.projectId)).slice(entries);
    const actor = operation.id === 'enrolWorker' ? 'w-2' : 'alice';
    expect(written).toEqual([expect.objectContaining({ action: operation.id, actor })]);
  });
});
