import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { AttemptResult, RejudgeResult } from '@fenceline/contracts/api';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  openTestService,
  type TestService,
} from '../../apps/control-plane/src/testing/test-service.testing.js';
import { createWorker, verdictOf } from '../../apps/control-plane/src/testing/work.testing.js';
import { command, startCommand } from '../support/service/command-line.js';
import { HandDrivenWorker, type Decide } from '../support/service/hand-driven-worker.js';

/** Without a fence it is a control, and four violations are expected; with CCR a pass. */
const scenario = 'scenarios/stuck-write.yaml';
const submit = ['submit', scenario, '--driver', 'simulated'];

const judged = (...of: Parameters<typeof verdictOf>): AttemptResult => ({
  kind: 'judged',
  verdict: verdictOf(...of),
});

/** What becomes of a job with this seed. */
const results: Record<string, AttemptResult | 'hold'> = {
  pass: judged('pass', { ccr: true }),
  'expected violation': judged('violation'),
  violation: judged('violation', { ccr: true }),
  inconclusive: judged('inconclusive'),
  error: { kind: 'error', message: 'QEMU did not start.' },
  timeout: { kind: 'timeout', message: 'Its bound passed.' },
  skipped: { kind: 'skipped', message: 'It cannot be simulated.' },
  'absent violation of a control': judged('pass'),
  held: 'hold',
};
const seedOf = (name: string): string => String(Object.keys(results).indexOf(name));
const decide: Decide = ({ seed }) => Object.values(results)[seed] ?? 'hold';

vi.setConfig({ testTimeout: 60_000 });

let service: TestService;
let worker: HandDrivenWorker;
let token: string;
let folder: string;

beforeAll(async () => {
  service = await openTestService();
  token = await service.token();
  worker = await HandDrivenWorker.start(service, token, decide);
});

afterAll(async () => {
  await worker.stop();
  await service.close();
});

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'fenceline-cli-service-'));
  vi.stubEnv('XDG_CONFIG_HOME', folder);
  vi.stubEnv('FENCELINE_SERVICE', service.url);
  vi.stubEnv('FENCELINE_TOKEN', token);
  await worker.beHeardOf();
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true, force: true });
});

interface Ended {
  exitCode: number;
  run: { id: string };
  jobs: { id: string; seed: number; outcome: { outcome: string } }[];
}

/** Submits and waits. */
async function ended(...args: string[]): Promise<Ended> {
  const { stdout } = await command(...submit, '--wait', '--json', ...args);
  return JSON.parse(stdout) as Ended;
}

/** Submits alone. @returns ids */
async function submitted(seed: string): Promise<{ run: string; job: string }> {
  const { stdout } = await command(...submit, '--seed', seed, '--json');
  const { id } = JSON.parse(stdout) as { id: string };
  const list = await command('list', '--run', id, '--json');
  return { run: id, job: (JSON.parse(list.stdout) as { id: string }).id };
}

describe('fenceline submit --wait', () => {
  it.each([
    ['pass', 0, 'pass, as expected'],
    ['expected violation', 0, 'violation, as expected'],
    ['skipped', 0, 'skipped'],
    ['violation', 1, 'violation, NOT as expected'],
    ['inconclusive', 2, 'inconclusive, NOT as expected'],
    ['error', 3, 'error'],
    ['timeout', 3, 'timeout'],
    ['absent violation of a control', 4, 'pass, NOT as expected'],
  ])('exits after %s with %i', async (name, exitCode, words) => {
    const { code, stdout } = await command(...submit, '--seed', seedOf(name), '--wait');
    expect({ code, stdout }).toEqual({
      code: exitCode,
      stdout: expect.stringContaining(words) as string,
    });
  });

  it('exits with the worst of several, and writes JUnit with a test case a job', async () => {
    const junit = path.join(folder, 'junit.xml');
    const { code, stdout } = await command(
      ...[...submit, '--seed', '0-7', '--wait', '--junit', junit, '--json'],
    );
    const { exitCode, jobs } = JSON.parse(stdout) as Ended;
    expect([code, exitCode, jobs.length]).toEqual([3, 3, 8]);
    const xml = await readFile(junit, 'utf8');
    expect(xml).toContain('tests="8" failures="2" errors="3" skipped="1"');
    expect(xml.match(/<testcase /g)).toHaveLength(8);
    expect(xml).toContain('<testcase name="stuck-write, seed 2"');
    expect(xml).toContain('message="QEMU did not start." type="error"');
  });

  it.each([
    [['violation', 'inconclusive', 'pass'], 1],
    [['absent violation of a control', 'violation'], 4],
  ])('exits after %s with %i', async (names, exitCode) => {
    const seeds = names.flatMap((name) => ['--seed', seedOf(name)]);
    expect((await command(...submit, ...seeds, '--wait')).code).toBe(exitCode);
  });

  it('exits with 64 for what was typed wrong, and submits nothing', async () => {
    const broken = path.join(folder, 'broken.yaml');
    await writeFile(broken, (await readFile(scenario, 'utf8')).replace('fenceline: 1', 'no: 1'));
    const before = await command('list', 'runs', '--json');
    for (const [args, says] of [
      [['submit', broken, '--wait'], 'broken.yaml:'],
      [[...submit, '--seed', '3-1'], 'smallest'],
      [[...submit, '--label', 'Not A Label'], 'label'],
      [['submit', scenario, '--kernel', 'mine'], 'not registered'],
      [[...submit, '--junit', 'x'], '--wait'],
      [['wait', 'that-one'], 'not an id'],
      [['wait', '00000000-0000-4000-8000-000000000000'], 'no run and no job'],
    ] as const) {
      const { code, stdout, stderr } = await command(...args);
      expect({ args, code, stdout }).toEqual({ args, code: 64, stdout: '' });
      expect(stderr).toContain(says);
    }
    expect(await command('list', 'runs', '--json')).toEqual(before);
  });

  it('exits with 69 where no service answers', async () => {
    const closed = createServer().listen(0, '127.0.0.1');
    await once(closed, 'listening');
    const { port } = closed.address() as AddressInfo;
    closed.close();
    vi.stubEnv('FENCELINE_SERVICE', `http://127.0.0.1:${port}`);
    const { code, stdout, stderr } = await command(...submit, '--wait');
    expect({ code, stdout }).toEqual({ code: 69, stdout: '' });
    expect(stderr).toContain('ECONNREFUSED');
  });

  it('goes on waiting after one Ctrl-C, and says how to cancel; the second ends it', async () => {
    const running = startCommand(...submit, '--seed', seedOf('held'), '--wait');
    await running.until('wait:');
    running.interrupt();
    await running.until('Ctrl-C again');
    const [, run] = /fenceline cancel ([0-9a-f-]+)\. Ctrl-C/.exec(running.stderr)!;
    running.interrupt();
    expect(await running.ended).toBe(3);
    expect(running.stderr).toContain(`fenceline wait ${run}`);
    const { code, stdout } = await command('cancel', run!, '--json');
    expect({ code, run: (JSON.parse(stdout) as { id: string }).id }).toEqual({ code: 0, run });
    expect((await command('wait', run!)).code).toBe(3);
  });
});

describe('fenceline follow', () => {
  it('tells of a run of one job what its lab does, from the beginning', async () => {
    const { run } = await submitted(seedOf('held'));
    const running = startCommand('follow', run, '--console');
    await running.until('run: attempt 1');
    const cancelled = await (
      await service.client()
    ).POST('/runs/{runId}/cancel', {
      params: { path: { runId: run } },
    });
    expect(cancelled.response.status).toBe(200);
    expect(await running.ended).toBe(3);
    for (const line of ['assigned', 'prepare', 'run', 'cancelling', 'upload', 'judge']) {
      expect(running.stderr).toContain(line);
    }
    expect(running.stderr).toContain('cancelled: Somebody asked for it.');
  });

  it('tells of a run of several what becomes of each', async () => {
    const { code, stderr } = await command(...submit, '--seed', '2-3', '--follow');
    expect(code).toBe(1);
    for (const fact of [
      'stuck-write, seed 2: violation, NOT as expected: ',
      'stuck-write, seed 3: inconclusive, NOT as expected: The recorder stood still.',
    ]) {
      expect(stderr).toContain(fact);
    }
  });
});

describe('fenceline admin rejudge', () => {
  /** A worker that judges what is to be judged again, so. */
  async function judgeAgain(results: RejudgeResult[]): Promise<void> {
    // It has no memory for labs.
    const { client } = await createWorker(service, { memoryMib: 0 });
    for (const result of results) {
      const { data } = await vi.waitFor(
        async () => {
          const answer = await client.POST('/worker/rejudging/claim', {
            body: { verifierVersion: '2.0.0' },
          });
          expect(answer.data?.work).toBeTruthy();
          return answer;
        },
        { timeout: 20_000 },
      );
      const { itemId, fencingToken } = data!.work!;
      const seed = await seedOfItem(itemId);
      const said: RejudgeResult =
        result.kind === 'failed' ? result : { ...result, verdict: { ...result.verdict, seed } };
      const answer = await client.POST('/worker/rejudging/{itemId}/finish', {
        params: { path: { itemId } },
        body: { fencingToken, result: said },
      });
      expect(answer.response.status).toBe(204);
    }
  }

  async function seedOfItem(itemId: string): Promise<number> {
    const item = await service.database.prisma.rejudgementItem.findUniqueOrThrow({
      where: { id: itemId },
      include: { job: true },
    });
    return Number(item.job.seed);
  }

  const again = (verdict: 'pass' | 'violation'): RejudgeResult => ({
    kind: 'judged',
    verdict: { ...verdictOf(verdict, { ccr: true }), verifier: { version: '2.0.0' } },
  });

  it('tells what changed, and exits with 1 for it', async () => {
    const { run, jobs } = await ended('--seed', seedOf('violation'));
    const running = startCommand('admin', 'rejudge', '--run', run.id, '--wait');
    await judgeAgain([again('pass')]);
    expect(await running.ended).toBe(1);
    expect(running.stdout).toMatch(
      new RegExp(
        `^${jobs[0]!.id} +stuck-write, seed 2 +violation +pass +- +.*no-stale-overwrite`,
        'm',
      ),
    );
    expect(running.stdout).toContain('1 of 1 job judged again, 1 changed');
  });

  it('exits with 0 where nothing changed, and with 3 where something could not be judged', async () => {
    const { run } = await ended('--seed', seedOf('pass'));
    const rejudge = ['admin', 'rejudge', '--run', run.id, '--wait', '--json'];
    const same = startCommand(...rejudge);
    await judgeAgain([again('pass')]);
    expect(await same.ended).toBe(0);
    expect(JSON.parse(same.stdout)).toMatchObject({
      schema: 'fenceline.rejudged/v1',
      exitCode: 0,
      rejudgement: { changed: 0 },
      items: [],
    });
    const broken = startCommand(...rejudge);
    await judgeAgain([{ kind: 'failed', message: 'it is damaged' }]);
    expect(await broken.ended).toBe(3);
    expect(JSON.parse(broken.stdout)).toMatchObject({ items: [{ message: 'it is damaged' }] });
  });

  it('is shown and cancelled by its id', async () => {
    const { run } = await ended('--seed', seedOf('pass'));
    const { stdout } = await command('admin', 'rejudge', '--run', run.id);
    const [, id] = /rejudgement ([0-9a-f-]+): 1 job/.exec(stdout)!;
    expect((await command('show', id!)).stdout).toContain('0 of 1 job judged again');
    const cancelled = await command('cancel', id!);
    expect([cancelled.code, cancelled.stdout]).toEqual([
      0,
      `rejudgement ${id!}: 0 of 1 job judged again, 0 changed, 1 cancelled\n`,
    ]);
  });
});

describe('fenceline priority', () => {
  it('is set for a job that has not finished', async () => {
    const { run, job } = await submitted(seedOf('held'));
    const { code, stdout } = await command('priority', job, '7', '--json');
    expect({ code, priority: (JSON.parse(stdout) as { priority: number }).priority }).toEqual({
      code: 0,
      priority: 7,
    });
    expect((await command('priority', job, '101')).code).toBe(64);
    await command('cancel', run);
    expect((await command('wait', run)).code).toBe(3);
  });
});

describe('fenceline list, show, cancel and rerun', () => {
  it('shows what came out, and finds it by filters', async () => {
    const { run, jobs } = await ended('--seed', seedOf('violation'), '--label', 'shown');
    const [job] = jobs;
    const shown = await command('show', job!.id);
    expect(shown.code).toBe(0);
    for (const [name, value] of [
      ['of', 'stuck-write, seed 2'],
      ['run', run.id],
      ['outcome', 'violation, NOT as expected'],
      ['exit code', '1'],
    ] as const) {
      expect(shown.stdout).toMatch(new RegExp(`^${name} +${value}$`, 'm'));
    }
    expect(shown.stdout).toMatch(/^evidence +evidence\.tar\.zst +\d+ B +1 /m);
    // The verdict, with what it rests on.
    expect(shown.stdout).toContain('no-stale-overwrite is violated.');
    expect(shown.stdout).toMatch(/^attempt +worker +state/m);
    expect((await command('show', run.id)).stdout).toContain(job!.id);
    const found = await command('list', '--label', 'shown', '--failed', '--outcome', 'violation');
    expect(found.stdout).toContain(job!.id);
    expect((await command('list', '--label', 'shown', '--outcome', 'pass')).stdout).not.toContain(
      job!.id,
    );
    const attempts = JSON.parse((await command('show', job!.id, '--json')).stdout) as {
      attempts: { id: string }[];
      artifacts: { id: string }[];
      scenario: { hash: string };
    };
    expect((await command('show', attempts.attempts[0]!.id)).stdout).toContain('ended, done');
    expect((await command('show', attempts.artifacts[0]!.id)).stdout).toContain('evidence.tar.zst');
    expect((await command('show', attempts.scenario.hash)).stdout).toBe(
      await readFile(scenario, 'utf8'),
    );
    expect((await command('show', worker.id)).stdout).toContain('of 8 in use');
  });

  it('says why a job waits, and cancels it', async () => {
    expect((await command('admin', 'worker', 'drain', worker.id)).code).toBe(0);
    const { job } = await submitted(seedOf('pass'));
    expect((await command('show', job)).stdout).toMatch(/^waits because +\S/m);
    expect(await command('cancel', job)).toMatchObject({
      code: 0,
      stdout: `job ${job}: cancelled\n`,
    });
    expect((await command('wait', job)).code).toBe(3);
    expect((await command('cancel', job)).code).toBe(3);
    expect((await command('admin', 'worker', 'enable', worker.id)).code).toBe(0);
  });

  it('runs again what did not come out as expected', async () => {
    const { run } = await ended('--seed', seedOf('pass'), '--seed', seedOf('violation'));
    const again = await command('rerun', run.id, '--failed', '--json');
    const { id, jobCount } = JSON.parse(again.stdout) as { id: string; jobCount: number };
    expect(jobCount).toBe(1);
    expect((await command('wait', id)).code).toBe(1);
  });
});

describe('fenceline clone', () => {
  it('submits what a run was submitted as, with changes', async () => {
    const { run } = await ended('--seed', seedOf('pass'), '--label', 'kept');
    const same = await command('clone', run.id, '--wait', '--json');
    const clone = JSON.parse(same.stdout) as Ended & { run: { fromRunId: string } };
    expect([same.code, clone.run.fromRunId, clone.jobs.map(({ seed }) => seed)]).toEqual([
      0,
      run.id,
      [Number(seedOf('pass'))],
    ]);
    const junit = path.join(folder, 'junit.xml');
    const other = path.join(folder, 'other.yaml');
    await writeFile(other, (await readFile(scenario, 'utf8')).replace('stuck-write', 'other'));
    const changed = await command(
      ...['clone', run.id, '--scenario', other, '--seed', seedOf('violation'), '--repeats', '2'],
      ...['--name', 'twice', '--priority', '3', '--wait', '--junit', junit, '--json'],
    );
    const { run: twice, jobs } = JSON.parse(changed.stdout) as Ended;
    expect([changed.code, jobs.length]).toEqual([1, 2]);
    expect(twice).toMatchObject({
      name: 'twice',
      labels: ['kept'],
      spec: { repeats: 2, priority: 3, driver: 'simulated', scenarios: [{ name: 'other' }] },
    });
    expect(await readFile(junit, 'utf8')).toContain('tests="2" failures="2"');
  });

  it('exits with 64 for what was typed wrong', async () => {
    const { run } = await submitted(seedOf('pass'));
    for (const [args, says] of [
      [['that-one'], 'not an id'],
      [['00000000-0000-4000-8000-000000000000'], 'no run'],
      [[run, '--junit', 'x'], '--wait'],
      [[run, '--scenario', '/no/such.yaml'], '/no/such.yaml'],
      [[run, '--driver', 'qemu', '--kernel', 'mine'], 'not registered'],
    ] as const) {
      const { code, stdout, stderr } = await command('clone', ...args);
      expect({ args, code, stdout }).toEqual({ args, code: 64, stdout: '' });
      expect(stderr).toContain(says);
    }
  });
});

describe('fenceline fetch', () => {
  it('downloads the evidence under its name', async () => {
    const { jobs, run } = await ended('--seed', seedOf('pass'));
    const { id } = jobs[0]!;
    const { code, stdout } = await command('fetch', id, '--out', folder, '--only', 'evidence');
    const file = path.join(folder, 'evidence.tar.zst');
    expect({ code, stdout }).toEqual({ code: 0, stdout: `${file}\n` });
    expect(await readFile(file)).toEqual(HandDrivenWorker.evidenceOf(id));
    expect(await readdir(folder)).toEqual(['evidence.tar.zst']);
    expect((await command('fetch', id, '--out', folder, '--only', 'report')).code).toBe(64);
    expect((await command('fetch', run.id, '--out', folder)).code).toBe(64);
  });
});

describe('fenceline login and logout', () => {
  it('keeps a token that the service knows, where nobody else can read it', async () => {
    const { code, stdout } = await command('login', `${service.url}/`);
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: expect.stringContaining(`${service.url} as alice: read`) as string,
    });
    const file = path.join(folder, 'fenceline', 'logins.json');
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    vi.stubEnv('FENCELINE_SERVICE', undefined);
    vi.stubEnv('FENCELINE_TOKEN', undefined);
    expect((await command('list', 'workers')).stdout).toContain(worker.id);
    expect((await command('logout')).stdout).toBe(`Logged out of ${service.url}\n`);
    expect(await readFile(file, 'utf8')).not.toContain(token);
    const after = await command('list');
    expect([after.code, after.stderr]).toEqual([64, expect.stringContaining('fenceline login')]);
  });

  it('sends the token of one service to no other', async () => {
    await command('login', service.url);
    vi.stubEnv('FENCELINE_TOKEN', undefined);
    vi.stubEnv('FENCELINE_SERVICE', 'http://127.0.0.1:1');
    const { code, stderr } = await command('list');
    expect([code, stderr]).toEqual([
      64,
      expect.stringContaining('no token for http://127.0.0.1:1'),
    ]);
  });

  it('keeps nothing that the service does not know', async () => {
    vi.stubEnv('FENCELINE_TOKEN', `${token}x`);
    expect((await command('login', service.url)).code).toBe(64);
    expect(await readdir(folder)).toEqual([]);
  });
});

describe('fenceline admin', () => {
  it('makes tokens, lists them without their secrets, and revokes them', async () => {
    const made = await command(
      ...['admin', 'token', 'create', '--owner', 'ci', '--name', 'nightly'],
      ...['--scope', 'read', 'submit', '--days', '30'],
    );
    expect(made.code).toBe(0);
    const secret = made.stdout.trim();
    const [, id] = /token ([0-9a-f-]+) of ci: read, submit/.exec(made.stderr)!;
    vi.stubEnv('FENCELINE_TOKEN', secret);
    expect((await command('list')).code).toBe(0);
    expect((await command('admin', 'audit')).code).toBe(64);
    vi.stubEnv('FENCELINE_TOKEN', token);
    const list = await command('admin', 'token', 'list', '--owner', 'ci');
    expect(list.stdout).toMatch(new RegExp(`^${id} +ci +read submit +`, 'm'));
    expect(list.stdout).not.toContain(secret);
    expect((await command('admin', 'token', 'revoke', id!)).code).toBe(0);
    vi.stubEnv('FENCELINE_TOKEN', secret);
    expect((await command('list')).code).toBe(64);
    vi.stubEnv('FENCELINE_TOKEN', token);
    const audit = await command('admin', 'audit', '--action', 'revokeToken');
    expect(audit.stdout).toMatch(new RegExp(`alice +revokeToken +${id}$`, 'm'));
  });

  it('makes a token for one worker, and drains workers', async () => {
    const made = await command('admin', 'worker', 'join-token', '--hours', '1', '--json');
    expect(JSON.parse(made.stdout)).toMatchObject({ secret: expect.any(String) as string });
    const drained = await command('admin', 'worker', 'drain', worker.id, '--json');
    expect(JSON.parse(drained.stdout)).toMatchObject({ id: worker.id, state: 'draining' });
    expect((await command('admin', 'worker', 'list')).stdout).toMatch(
      new RegExp(`^${worker.id} .* draining `, 'm'),
    );
    const enabled = await command('admin', 'worker', 'enable', worker.id, '--json');
    expect(JSON.parse(enabled.stdout)).toMatchObject({ state: 'enabled' });
  });

  it('revokes a worker by its name, and lists it where it is asked for', async () => {
    const { id } = await createWorker(service, { slots: 1 });
    const { name } = await service.database.prisma.worker.findUniqueOrThrow({ where: { id } });
    const wrong = await command('admin', 'worker', 'revoke', 'nobody');
    expect(wrong).toMatchObject({ code: 64, stderr: /There is no worker nobody/ });
    expect(await command('admin', 'worker', 'revoke', name)).toMatchObject({
      code: 0,
      stdout: `worker ${name}: revoked, runs 0 attempts\n`,
    });
    expect((await command('admin', 'worker', 'list')).stdout).not.toContain(id);
    expect((await command('admin', 'worker', 'list', '--revoked')).stdout).toMatch(
      new RegExp(`^${id} +${name} +revoked `, 'm'),
    );
    expect((await command('show', id)).stdout).toMatch(/^state +revoked at /m);
    expect((await command('admin', 'worker', 'enable', name)).code).not.toBe(0);
  });
});
