import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { ImageMaker } from '../../apps/control-plane/src/kernels/images/image-maker.js';
import {
  openTestService,
  type TestService,
} from '../../apps/control-plane/src/testing/test-service.testing.js';
import { kernelFolder, RELEASE } from '../../libs/vm/src/kernel-folder.testing.js';
import { makeElf } from '../../libs/vm/src/elf.testing.js';
import { command } from '../support/service/command-line.js';

vi.setConfig({ testTimeout: 60_000 });

let service: TestService;
let folder: string;

beforeAll(async () => {
  service = await openTestService();
  vi.spyOn(service.application.get(ImageMaker), 'make').mockRejectedValue(new Error('not here'));
});
afterAll(() => service.close());

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'fenceline-cli-kernels-'));
  vi.stubEnv('XDG_CONFIG_HOME', folder);
  vi.stubEnv('FENCELINE_CACHE', folder);
  vi.stubEnv('FENCELINE_SERVICE', service.url);
  vi.stubEnv('FENCELINE_TOKEN', await service.token());
});
afterEach(async () => {
  vi.unstubAllEnvs();
  vi.unstubAllGlobals();
  await rm(folder, { recursive: true, force: true });
});

const upload = (name: string, ...args: string[]) =>
  command('admin', 'kernel', 'upload', name, '--no-images', ...args);

/** The options that name a kernel which needs more than one part. */
async function largeKernel(): Promise<string[]> {
  const kernel = Buffer.concat([makeElf({ pvh: true }), randomBytes(5 * 2 ** 20)]);
  const from = await kernelFolder(['host', 'array-node'], RELEASE, kernel);
  return ['--image', path.join(from, 'bzImage'), '--modules', path.join(from, 'modules')];
}

/** Has requests go through `answer`, which may give another answer than the service; gives those that were made. */
function throughLine(
  answer: (request: string, count: number) => Response | 'cut' | null,
): string[] {
  const made: string[] = [];
  const real = fetch;
  vi.stubGlobal('fetch', async (request: Request) => {
    const name = `${request.method} ${new URL(request.url).pathname.replace(/[0-9a-f-]{36}/, 'ID')}`;
    made.push(name);
    const given = answer(name, made.filter((one) => one === name).length);
    if (given === 'cut') throw new TypeError('fetch failed');
    return given ?? (await real(request));
  });
  return made;
}

const uploads = '/api/v1/uploads';
const part = `PUT ${uploads}/ID/parts`;

describe('fenceline admin kernel upload', () => {
  it('registers a kernel of a build, in parts, and prints it', async () => {
    const made = throughLine(() => null);
    const { code, stdout, stderr } = await upload(
      ...['mine', ...(await largeKernel()), '--capability', 'ccr', '--json'],
    );
    expect(code, stderr).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      name: 'mine',
      capabilities: ['ccr'],
      source: 'upload',
    });
    expect(made.filter((request) => request === part).length).toBeGreaterThan(1);
    expect(stderr).toMatch(/^upload: mine, \d+\.\d MiB$/m);
    expect((await command('admin', 'kernel', 'show', 'mine')).stdout).toMatch(/^can +ccr$/m);
    expect(await readdir(path.join(folder, 'uploads'))).toEqual([]);
    expect(await readdir(path.join(folder, 'tmp'))).toEqual([]);
  });

  it('goes on where it was cut', async () => {
    const made = throughLine((request, count) => (request === part && count === 2 ? 'cut' : null));
    const { code, stderr } = await upload('cut', ...(await largeKernel()));
    expect(code, stderr).toBe(0);
    expect(stderr).toContain('The service does not answer');
    expect(made.filter((request) => request === `POST ${uploads}`)).toHaveLength(1);
    expect(made).toContain(`GET ${uploads}/ID`);
  });

  it('goes on when it is done again', async () => {
    const full = { type: '/problems/no-space', title: 'No space', status: 507, detail: 'full' };
    throughLine((request, count) =>
      request === part && count === 2 ? Response.json(full, { status: 507 }) : null,
    );
    const kernel = await largeKernel();
    const first = await upload('again', ...kernel);
    expect([first.code, first.stderr]).toEqual([3, expect.stringContaining('full')]);
    const made = throughLine(() => null);
    const { code, stderr } = await upload('again', ...kernel);
    expect(code, stderr).toBe(0);
    expect(made[0]).toBe(`GET ${uploads}/ID`);
    expect(made.filter((request) => request === part)).toHaveLength(1);
    expect(made).not.toContain(`POST ${uploads}`);
  });

  it('takes a kernel that this machine has', async () => {
    const [, image, , modules] = await largeKernel();
    const added = await command('kernels', 'add', 'own', '--image', image!, '--modules', modules!);
    expect(added.code).toBe(0);
    const { code, stdout } = await upload('own');
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: expect.stringMatching(/^kernel +own, 6\.1\.0-test/) as string,
    });
  });

  it('says what is wrong with files and name, and uploads nothing', async () => {
    const made = throughLine(() => null);
    const [, image, , modules] = await largeKernel();
    const text = path.join(folder, 'text');
    await writeFile(text, 'hello');
    const cases: [[string, ...string[]], string][] = [
      [['x'], 'there is no kernel x on this machine'],
      [['x', '--capability', 'ccr'], '--capability goes with files'],
      [['x', '--image', image!], 'Give --image with --modules, or --deb.'],
      [['x', '--image', image!, '--deb', text], '--image does not go with --deb'],
      [['x', '--image', text, '--modules', modules!], 'is not a'],
      [['x', '--image', image!, '--modules', '/no/such'], '/no/such is missing'],
      [['x', '--deb', text], 'not'],
      [['a/b'], 'a/b is not a name'],
      [['debian:6.1', '--image', image!, '--modules', modules!], "kept for Debian's own"],
    ];
    for (const [args, says] of cases) {
      const { code, stdout, stderr } = await upload(...args);
      expect({ args, code, stdout, stderr }).toEqual({
        args,
        code: 64,
        stdout: '',
        stderr: expect.stringContaining(says) as string,
      });
    }
    expect(made).toEqual([]);
  });

  it('waits for the guest images, and says why they are not to be had', async () => {
    const kernel = await largeKernel();
    const { code, stderr } = await command('admin', 'kernel', 'upload', 'waits', ...kernel);
    expect(code).toBe(3);
    expect(stderr).toContain('There is no guest image of the host for waits: ');
  });

  it('needs the scope', async () => {
    vi.stubEnv('FENCELINE_TOKEN', await service.token(['read']));
    const { code, stderr } = await upload('x', ...(await largeKernel()));
    expect([code, stderr]).toEqual([64, expect.stringContaining('kernels')]);
  });
});
