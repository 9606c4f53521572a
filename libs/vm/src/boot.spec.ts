import type { Clock } from '@fenceline/contracts';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testFolder } from './folder.testing.js';
import type { GuestImage } from './guest-image.js';
import { buildGuestImage } from './guest-image.js';
import type { KernelImage } from './kernel-registry.js';
import { DEFAULT_KERNEL, KernelRegistry } from './kernel-registry.js';
import { findLeftovers } from './leftovers.js';
import { identify } from './process-identity.js';
import type { GuestRole } from './roles.js';
import { GUEST_ROLES } from './roles.js';
import type { RunFolder } from './run-folder.js';
import { createRunFolder } from './run-folder.js';
import type { Vm } from './vm.js';
import { launchVm } from './vm.js';

const BOOT_MS = 60_000;
const clock: Clock = { now: () => Math.round(performance.now() * 1e6) };

let kernel: KernelImage;
let folder: string;
let runFolder: RunFolder;
const images = new Map<GuestRole, GuestImage>();

beforeAll(async () => {
  kernel = await new KernelRegistry().resolve(DEFAULT_KERNEL);
  for (const role of GUEST_ROLES) images.set(role, await buildGuestImage({ role, kernel }));
  folder = await mkdtemp(join(tmpdir(), 'fenceline-boot-'));
  runFolder = await createRunFolder();
}, 240_000);

afterAll(async () => {
  await runFolder.remove();
  await rm(folder, { recursive: true });
});

async function launch(name: string, role: GuestRole, appendArgs: string[] = []): Promise<Vm> {
  return await launchVm({
    name,
    kernel,
    initrd: images.get(role)!.path,
    memoryMb: 384,
    nics: [],
    disks: [],
    appendArgs,
    consolePath: join(folder, `${name}.log`),
    clock,
    accelerator: 'tcg',
    runDir: runFolder.path,
  });
}

/** Has a guest until `use` is done, whatever came of it. */
async function withGuest(
  name: string,
  role: GuestRole,
  use: (vm: Vm) => Promise<void>,
  appendArgs: string[] = [],
): Promise<void> {
  const vm = await launch(name, role, appendArgs);
  try {
    await vm.ready(BOOT_MS);
    await use(vm);
  } finally {
    await vm.shutdown();
  }
}

describe('a host guest', { timeout: 120_000 }, () => {
  it('runs commands, carries files both ways and can do what a lab asks of a host', async () => {
    await withGuest(
      'host1',
      'host',
      async ({ agent, commandLine }) => {
        expect((await agent.run(['uname', '-r'])).trim()).toBe(kernel.release);
        expect((await agent.run(['hostname'])).trim()).toBe('host1');
        expect(commandLine.join(' ')).toContain('--pdeathsig=KILL');

        const failed = await agent.exec(['sh', '-c', 'echo out; echo err >&2; exit 3']);
        expect(failed).toMatchObject({
          exitCode: 3,
          signal: null,
          stdout: 'out\n',
          stderr: 'err\n',
        });
        expect(await agent.run(['cat'], { input: 'given' })).toBe('given');
        expect(await agent.run(['sh', '-c', 'echo $COLOUR'], { env: { COLOUR: 'red' } })).toBe(
          'red\n',
        );
        await expect(agent.run(['sh', '-c', 'echo no >&2; false'])).rejects.toThrow(
          /exit code 1\.\nno/,
        );
        await expect(agent.exec(['no-such-program'])).rejects.toThrow(
          /guest agent of host1 refused/,
        );
        await expect(agent.exec(['sleep', '60'], { timeoutMs: 200 })).rejects.toThrow(
          'sleep 60 in host1 did not end within 200 ms and was killed.',
        );

        const sleeper = await agent.spawn(['sleep', '60']);
        await sleeper.signal('TERM');
        expect(await sleeper.wait()).toMatchObject({ exitCode: null, signal: 15 });

        const bytes = Buffer.alloc(700_001, 'fenceline');
        await agent.writeFile('/tmp/file', bytes);
        expect((await agent.readFile('/tmp/file')).equals(bytes)).toBe(true);
        await expect(agent.readFile('/no/such')).rejects.toThrow(/refused/);

        const before = await agent.time();
        expect((await agent.time()) - before).toBeGreaterThan(0n);

        expect(await agent.run(['nvme', '--version'])).toMatch(/nvme version/);
        expect(await agent.run(['fio', '--version'])).toMatch(/^fio-/);
        const parameter = '/sys/module/nvme_core/parameters/io_timeout';
        expect((await agent.readFile(parameter)).toString()).toBe('7\n');
        const connect = await agent.exec(
          'nvme connect -t tcp -a 127.0.0.1 -s 4420 -n nqn.2026-01.org.fenceline:none -q nqn.2026-01.org.fenceline:host1 -I 11111111-1111-4111-8111-111111111111'.split(
            ' ',
          ),
        );
        expect(connect.exitCode).not.toBe(0);
        expect(connect.stderr).toMatch(/connection refused/i);
      },
      ['nvme_core.io_timeout=7'],
    );
    const log = await readFile(join(folder, 'host1.log'), 'utf8');
    expect(log).toMatch(/^\d+ fenceline: host ready after [\d.]+ s$/m);
    expect(log).not.toMatch(/was not loaded/);
  });
});

describe('an array node guest', { timeout: 120_000 }, () => {
  it('exports a subsystem through configfs, and its panic is told at once', async () => {
    const vm = await launch('A', 'array-node');
    try {
      await vm.ready(BOOT_MS);
      await vm.agent.run([
        'sh',
        '-ec',
        `cd /sys/kernel/config/nvmet
         mkdir subsystems/nqn.x ports/1
         echo 1 >subsystems/nqn.x/attr_cntlid_min
         echo 99 >subsystems/nqn.x/attr_cntlid_max
         echo tcp >ports/1/addr_trtype; echo ipv4 >ports/1/addr_adrfam
         echo 127.0.0.1 >ports/1/addr_traddr; echo 4420 >ports/1/addr_trsvcid
         ln -s /sys/kernel/config/nvmet/subsystems/nqn.x ports/1/subsystems/nqn.x`,
      ]);
      expect(await vm.agent.run(['netstat', '-tln'])).toContain('127.0.0.1:4420');

      const troubles: string[] = [];
      vm.onTrouble((trouble, { text }) => troubles.push(`${trouble}: ${text}`));
      // The guest dies of it: there is no answer to wait for.
      vm.agent.exec(['sh', '-c', 'echo c >/proc/sysrq-trigger']).catch(() => undefined);
      const exit = await vm.exited;
      expect(exit).toMatchObject({ reason: 'panic' });
      expect(exit.message).toMatch(/The kernel of A panicked: .*Kernel panic - not syncing: sysrq/);
      expect(troubles.join('\n')).toMatch(/^panic: /m);
      await expect(vm.ready(1000)).rejects.toThrow(
        /panicked: .*\nThe last \d+ lines of its console/s,
      );
      await expect(vm.agent.exec(['true'])).rejects.toThrow(/guest agent of A is gone/);
    } finally {
      await vm.shutdown();
    }
  });

  it('that does not boot is told with its console', async () => {
    const vm = await launch('lost', 'array-node', ['rdinit=/no/such']);
    await expect(vm.ready(BOOT_MS)).rejects.toThrow(/The kernel of lost panicked/);
    expect(await vm.exited).toMatchObject({ reason: 'panic' });
  });

  it('that is not ready in time is told so, and ends quickly when asked to', async () => {
    const vm = await launch('slow', 'array-node');
    await expect(vm.ready(100)).rejects.toThrow(/slow was not ready within 100 ms/);
    const start = performance.now();
    expect(await vm.shutdown()).toMatchObject({ reason: 'asked' });
    expect(performance.now() - start).toBeLessThan(2500);
  });
});

describe('a QEMU that cannot start', () => {
  it('is told with what it said', async () => {
    const starting = launchVm({
      name: 'nodisk',
      kernel,
      initrd: images.get('array-node')!.path,
      memoryMb: 256,
      nics: [],
      disks: [{ id: 'd0', socket: join(runFolder.path, 'none'), export: 'A', blockSize: 4096 }],
      appendArgs: [],
      consolePath: join(folder, 'nodisk.log'),
      clock,
      accelerator: 'tcg',
      runDir: runFolder.path,
    });
    await expect(starting).rejects.toThrow(
      /QEMU of nodisk ended with exit code 1 .*Failed to connect/s,
    );
  });
});

describe('when our process is killed', { timeout: 60_000 }, () => {
  it('QEMU ends within 5 s, and what is left is found', async () => {
    // Of its own: another run takes away what it finds left in the usual one.
    const runFolders = await testFolder();
    const script = `
      import { launchVm, createRunFolder, KernelRegistry } from ${JSON.stringify(new URL('../dist/index.js', import.meta.url).href)};
      const runFolder = await createRunFolder(${JSON.stringify(runFolders)});
      const vm = await launchVm({ name: 'orphan', kernel: await new KernelRegistry().resolve(${JSON.stringify(DEFAULT_KERNEL)}),
        initrd: ${JSON.stringify(images.get('array-node')!.path)}, memoryMb: 256, nics: [], disks: [], appendArgs: [],
        consolePath: ${JSON.stringify(join(folder, 'orphan.log'))}, clock: { now: () => 0 }, accelerator: 'tcg', runDir: runFolder.path });
      console.log(JSON.stringify({ pid: vm.pid, folder: runFolder.path }));`;
    const parent = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = (await once(createInterface(parent.stdout), 'line')) as [string];
    const { pid, folder: left } = JSON.parse(line) as { pid: number; folder: string };
    const qemu = identify(pid);
    expect(qemu).toBeDefined();
    parent.kill('SIGKILL');
    await once(parent, 'close');
    const until = performance.now() + 5000;
    while (identify(pid)?.startTime === qemu!.startTime && performance.now() < until) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    expect(identify(pid)?.startTime).not.toBe(qemu!.startTime);
    const leftovers = await findLeftovers({ runFolders });
    expect(leftovers).toContainEqual(expect.objectContaining({ kind: 'folder', path: left }));
  });
});
