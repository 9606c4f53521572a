import { open, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { defaultCacheDir, publishFile, readJson, sha256, withTemporaryFolder } from './cache.js';
import { runOrThrow } from './command.js';
import { buildGuestImage, type GuestImage } from './guest-image.js';
import type { KernelImage } from './kernel-registry.js';
import type { Accelerator } from './qemu-command.js';
import { createRunFolder } from './run-folder.js';
import { codeOf, messageOf } from './vm-error.js';
import { launchVm } from './vm.js';

/** What guests run on here, and why. */
export interface AcceleratorProbe {
  accelerator: Accelerator;
  /** One sentence for people. */
  reason: string;
  /** Whether it is known from an earlier probe of the same machine. */
  cached: boolean;
}

interface ProbeRecord {
  schema: 'fenceline.accelerator/v1';
  machine: string;
  accelerator: Accelerator;
  reason: string;
}

const isProbeRecord = (value: unknown): value is ProbeRecord =>
  typeof value === 'object' &&
  value !== null &&
  'schema' in value &&
  value.schema === 'fenceline.accelerator/v1';

const KVM = '/dev/kvm';
/** Bound for the guest to be ready: with a KVM that works it takes about one second. */
const KVM_READY_MS = 8_000;
const PROBE_MEMORY_MB = 256;

/** What the answer depends on: another machine, kernel, QEMU or user is asked anew. */
async function machineIdentity(): Promise<string> {
  const parts = await Promise.all([
    readFile('/etc/machine-id', 'utf8').catch(() => ''),
    readFile('/proc/sys/kernel/osrelease', 'utf8'),
    readFile('/proc/cpuinfo', 'utf8').then((text) => /^model name.*$/m.exec(text)?.[0] ?? ''),
    runOrThrow('QEMU does not run', 'qemu-system-x86_64', ['--version']).then(({ stdout }) =>
      stdout.toString(),
    ),
    stat(KVM).then(
      ({ mode, uid, gid }) => `${mode} ${uid} ${gid}`,
      () => 'none',
    ),
  ]);
  return sha256(JSON.stringify([...parts, process.getuid?.()]));
}

/**
 * What guests run on here, as far as it is known without booting one: there is no KVM for us, or it was probed before.
 *
 * @throws VmError when QEMU is missing
 */
export async function knownAccelerator(
  cacheDir: string = defaultCacheDir(),
): Promise<AcceleratorProbe | undefined> {
  const machine = await machineIdentity();
  const known = await readJson(placeIn(cacheDir), isProbeRecord);
  if (known?.machine === machine) {
    return { accelerator: known.accelerator, reason: known.reason, cached: true };
  }
  const reason = await whyNoKvm();
  return reason === undefined ? undefined : { accelerator: 'tcg', reason, cached: false };
}

/**
 * Finds out whether KVM can be used, by booting a guest with it until its agent answers: on some
 * machines /dev/kvm opens and creates VMs, and their guests hang. Else guests are emulated. The
 * answer is kept for this machine.
 *
 * @throws VmError when QEMU is missing, or the guest image cannot be built
 */
export async function probeAccelerator(options: {
  kernel: KernelImage;
  /** Boots this one; where it is not given one is built, or taken from the cache. */
  image?: GuestImage | undefined;
  cacheDir?: string;
  /** Asks again, whatever is known. */
  refresh?: boolean;
}): Promise<AcceleratorProbe> {
  const cacheDir = options.cacheDir ?? defaultCacheDir();
  const known = options.refresh === true ? undefined : await knownAccelerator(cacheDir);
  if (known !== undefined) return known;
  const reason = await whyNoKvm();
  if (reason !== undefined) return { accelerator: 'tcg', reason, cached: false };
  const { kernel } = options;
  const image =
    options.image ?? (await buildGuestImage({ role: kernel.roles[0]!, kernel, cacheDir }));
  const found = await boot(kernel, image, cacheDir);
  const machine = await machineIdentity();
  const record: ProbeRecord = { schema: 'fenceline.accelerator/v1', machine, ...found };
  await publishFile(placeIn(cacheDir), `${JSON.stringify(record, undefined, 2)}\n`);
  return { ...found, cached: false };
}

const placeIn = (cacheDir: string): string => join(cacheDir, 'accelerator.json');

/** Why KVM is not there for us; undefined where it can be opened, which does not say that it works. */
async function whyNoKvm(): Promise<string | undefined> {
  try {
    await (await open(KVM, 'r+')).close();
    return undefined;
  } catch (error) {
    return codeOf(error) === 'ENOENT'
      ? `There is no ${KVM}: guests are emulated.`
      : `KVM cannot be used here, guests are emulated: ${messageOf(error)}`;
  }
}

async function boot(
  kernel: KernelImage,
  image: GuestImage,
  cacheDir: string,
): Promise<{ accelerator: Accelerator; reason: string }> {
  return await withTemporaryFolder(cacheDir, async (temporary) => {
    const runFolder = await createRunFolder();
    const start = performance.now();
    try {
      const vm = await launchVm({
        name: 'probe',
        kernel,
        initrd: image.path,
        memoryMb: PROBE_MEMORY_MB,
        nics: [],
        disks: [],
        appendArgs: [],
        consolePath: join(temporary, 'console.log'),
        clock: { now: () => Math.round((performance.now() - start) * 1e6) },
        accelerator: 'kvm',
        runDir: runFolder.path,
      });
      try {
        await vm.ready(KVM_READY_MS);
      } finally {
        await vm.shutdown();
      }
      const seconds = ((performance.now() - start) / 1000).toFixed(1);
      return { accelerator: 'kvm', reason: `A guest booted with KVM in ${seconds} s.` };
    } catch (error) {
      const why = messageOf(error).split('\n')[0]!;
      return { accelerator: 'tcg', reason: `KVM does not work here, guests are emulated: ${why}` };
    } finally {
      await runFolder.remove();
    }
  });
}
