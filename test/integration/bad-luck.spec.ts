import { spawn, type ChildProcess } from 'node:child_process';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { manifestSchema, type Manifest } from '@fenceline/contracts';
import { findLeftovers } from '@fenceline/vm';
import { describe, expect, it, onTestFinished } from 'vitest';
import { root, withFolder, type Ended } from '../support/run-fenceline.js';

/** A run that somebody else ends. */
interface Running {
  process: ChildProcess;
  ended: Promise<Ended>;
  /** Settles when its progress shows this text; rejects when it ends without. */
  shows(text: string): Promise<void>;
}

function start(file: string, out: string): Running {
  const argv = ['fenceline', 'run', file, '--json', '--out', out];
  const child = spawn(process.execPath, argv, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (exitCode) => resolve({ exitCode, stdout, stderr }));
  });
  const shows = (text: string): Promise<void> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        if (stderr.includes(text)) resolve();
      };
      child.stderr.on('data', look);
      look();
      void ended.then(() => reject(new Error(`ended without showing "${text}": ${stderr}`)));
    });
  return { process: child, ended, shows };
}

/** The number of the process that started each process, by the number of the latter (proc(5)). */
async function parents(): Promise<Map<number, number>> {
  const found = new Map<number, number>();
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const stat = await readFile(`/proc/${name}/stat`, 'utf8').catch(() => '');
    const parent = /^\d+ \(.*\) \S (\d+)/s.exec(stat)?.[1];
    if (parent !== undefined) found.set(Number(name), Number(parent));
  }
  return found;
}

/** The QEMU processes of a run by the names of their VMs: grandchildren of ours. */
async function virtualMachines(run: Running): Promise<Map<string, number>> {
  const parentOf = await parents();
  const machines = new Map<string, number>();
  for (const [pid, parent] of parentOf) {
    if (parentOf.get(parent) !== run.process.pid) continue;
    const vm = await nameOfVm(pid);
    if (vm !== undefined) machines.set(vm, pid);
  }
  return machines;
}

/** The name of the VM that a process is; a process that has ended is none. */
async function nameOfVm(pid: number): Promise<string | undefined> {
  const text = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  const argv = text.split('\0');
  return argv.some((arg) => arg.endsWith('qemu-system-x86_64'))
    ? argv[argv.indexOf('-name') + 1]
    : undefined;
}

/** Looks until it is so, for 5 s at most: of the end of a stranger's process there is no event. */
async function within5s(isSo: () => Promise<boolean>): Promise<boolean> {
  const end = performance.now() + 5000;
  while (!(await isSo())) {
    if (performance.now() >= end) return false;
    await delay(50);
  }
  return true;
}

/** Whether none of these QEMU processes is left. */
async function allGone(machines: ReadonlyMap<string, number>): Promise<boolean> {
  const names = await Promise.all([...machines.values()].map(nameOfVm));
  return names.every((name) => name === undefined);
}

/** Whether nothing of dead runs is left, processes, sockets and folders. */
async function nothingLeft(): Promise<boolean> {
  return (await findLeftovers()).length === 0;
}

async function onlyEvidence(out: string): Promise<{ folder: string; manifest: Manifest }> {
  const [name, ...others] = await readdir(out);
  expect(others).toEqual([]);
  const folder = join(out, name!);
  const text = await readFile(join(folder, 'manifest.json'), 'utf8');
  return { folder, manifest: manifestSchema.parse(JSON.parse(text)) };
}

/** A copy of the scenario without a fault, changed; in a folder beside that of the evidence. */
async function changed(folder: string, change: (text: string) => string): Promise<string> {
  const file = join(folder, 'changed.yaml');
  const text = await readFile(join(root, 'scenarios/no-fault.yaml'), 'utf8');
  await writeFile(file, change(text));
  return file;
}

describe('bad luck', () => {
  it('leaves nothing behind when the run is killed while its guests boot', () =>
    withFolder(async (out) => {
      const run = start('scenarios/no-fault.yaml', out);
      await run.shows('boot: ');
      let machines = await virtualMachines(run);
      const allStarted = async () => (machines = await virtualMachines(run)).size === 3;
      expect(await within5s(allStarted)).toBe(true);
      run.process.kill('SIGKILL');
      expect(await within5s(() => allGone(machines))).toBe(true);
      const closed = async (): Promise<boolean> => {
        const { manifest } = await onlyEvidence(out);
        return (
          !manifest.complete &&
          manifest.incompleteBecause === 'the process that started the lab is gone'
        );
      };
      expect(await within5s(closed)).toBe(true);
      expect(await within5s(nothingLeft)).toBe(true);
    }));

  it('ends as an error that names the VM whose QEMU died, and keeps the recording', () =>
    withFolder(async (out) => {
      const run = start('scenarios/no-fault.yaml', out);
      await run.shows('workload: ');
      const machines = await virtualMachines(run);
      // The host's: its agent goes with it, which must not be taken for the reason.
      const host = [...machines].find(([name]) => name.includes('host1'))!;
      process.kill(host[1], 'SIGKILL');
      const { exitCode, stdout } = await run.ended;
      expect(exitCode).toBe(3);
      expect(JSON.parse(stdout)).toMatchObject({
        schema: 'fenceline.no-verdict/v1',
        outcome: 'error',
        message: expect.stringMatching(
          /^QEMU of host1 ended by signal SIGKILL before it was asked to\.\nThe last \d+ lines of its console:\n/,
        ) as string,
      });
      expect(await within5s(() => allGone(machines))).toBe(true);
      expect(await within5s(nothingLeft)).toBe(true);
      const { folder, manifest } = await onlyEvidence(out);
      expect(manifest.complete).toBe(false);
      expect(await readFile(join(folder, 'timeline.jsonl'), 'utf8')).toContain('"vm-lost"');
    }));

  it('ends as cancelled on Ctrl-C, and keeps the recording', () =>
    withFolder(async (out) => {
      const run = start('scenarios/no-fault.yaml', out);
      await run.shows('workload: ');
      const machines = await virtualMachines(run);
      run.process.kill('SIGINT');
      const { exitCode, stdout, stderr } = await run.ended;
      expect(exitCode).toBe(3);
      expect(JSON.parse(stdout)).toMatchObject({ outcome: 'cancelled' });
      expect(stderr).toContain('stopping: the recording is being closed');
      // Piped: no colours, nothing overwritten.
      expect(stderr).not.toMatch(/\p{Cc}(?<!\n)/u);
      expect(await within5s(() => allGone(machines))).toBe(true);
      expect(await within5s(nothingLeft)).toBe(true);
      const { manifest } = await onlyEvidence(out);
      expect(manifest).toMatchObject({ complete: false, incompleteBecause: 'stopped on request' });
    }));

  it('shows the console of a guest that is not ready within its bound, in two runs at once', () =>
    withFolder(async (folder) => {
      const file = await changed(folder, (text) => `${text}\nbounds: { boot: 1s }\n`);
      const out = join(folder, 'out');
      const runs = [start(file, out), start(file, out)];
      for (const { exitCode, stdout } of await Promise.all(runs.map((run) => run.ended))) {
        expect(exitCode).toBe(3);
        expect(JSON.parse(stdout)).toMatchObject({
          outcome: 'timeout',
          message: expect.stringMatching(/was not ready within 1000 ms\.\nThe last/) as string,
        });
      }
      expect(await readdir(out)).toHaveLength(2);
      expect(await within5s(nothingLeft)).toBe(true);
    }));

  it('blames no kernel for a fio that cannot do its work', () =>
    withFolder(async (folder) => {
      // Buffers of 1 GiB a job in a guest of 384 MiB.
      const file = await changed(folder, (text) =>
        text
          .replaceAll('32k', '8m')
          .replace('bs: 4k', 'bs: 8m')
          .replace('iodepth: 1', 'iodepth: 128'),
      );
      const { exitCode, stdout } = await start(file, join(folder, 'out')).ended;
      expect(exitCode).toBe(3);
      expect(JSON.parse(stdout)).toMatchObject({
        outcome: 'error',
        message: expect.stringMatching(/^host1: workload writers: fio ended with /) as string,
      });
    }));
});
