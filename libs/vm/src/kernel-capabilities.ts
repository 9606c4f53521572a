import type { IdentifyController } from '@fenceline/nvme';
import { readIdentifyController } from '@fenceline/nvme';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { probeAccelerator } from './accelerator.js';
import type { Progress } from './cache.js';
import { withTemporaryFolder } from './cache.js';
import { buildGuestImage } from './guest-image.js';
import type { KernelImage } from './kernel-registry.js';
import { createRunFolder } from './run-folder.js';
import { VmError } from './vm-error.js';
import { launchVm } from './vm.js';

/** What a booted kernel shows of itself, as target and as host. */
export interface CapabilityFacts {
  /** Identify Controller, as its own target answered. */
  identify: IdentifyController;
  /** CQT in ms that the target was told by configfs; null where it has no such attribute. */
  configuredCqtMs: number | null;
  /** What its host read, from sysfs, by name of the attribute; null where there is none. */
  host: Readonly<Record<'ciu' | 'cirn' | 'cqt', string | null>>;
}

const BOOT_MS = 60_000;
const PROBE_MS = 30_000;
const MEMORY_MB = 384;
/** A CQT that nobody takes for a default. */
const PROBE_CQT_MS = 12_345;

/**
 * What a kernel can beyond a stock one: `ccr`, when its target offers Cross-Controller Reset and its host
 * has read what it needs for it; `cqt`, when its target reports the CQT that it was given and its host
 * has read it.
 */
export function capabilitiesOf({ identify, configuredCqtMs, host }: CapabilityFacts): string[] {
  const ccr =
    identify.ciu !== 0 &&
    identify.cirn !== 0n &&
    identify.ccrl !== 0 &&
    host.ciu === String(identify.ciu) &&
    host.cirn !== null &&
    BigInt(`0x${host.cirn}`) === identify.cirn;
  const cqt =
    configuredCqtMs !== null &&
    identify.cqtMs === configuredCqtMs &&
    host.cqt === String(configuredCqtMs);
  return [...(ccr ? ['ccr'] : []), ...(cqt ? ['cqt'] : [])];
}

/**
 * Boots a kernel as host and target in one guest, connects the one to the other, and looks.
 *
 * @throws VmError when it does not boot, or its host cannot connect to its target
 */
export async function findCapabilities(
  kernel: KernelImage,
  cacheDir: string,
  progress: Progress,
): Promise<string[]> {
  progress(`booting ${kernel.name} to see what it can`);
  const { accelerator } = await probeAccelerator({ kernel, cacheDir });
  const image = await buildGuestImage({ role: ['host', 'array-node'], kernel, cacheDir, progress });
  try {
    return await withTemporaryFolder(cacheDir, async (temporary) => {
      const runFolder = await createRunFolder();
      const start = performance.now();
      try {
        const vm = await launchVm({
          name: 'capabilities',
          kernel,
          initrd: image.path,
          memoryMb: MEMORY_MB,
          nics: [],
          disks: [],
          appendArgs: [],
          consolePath: join(temporary, 'console.log'),
          clock: { now: () => Math.round((performance.now() - start) * 1e6) },
          accelerator,
          runDir: runFolder.path,
        });
        try {
          await vm.ready(BOOT_MS);
          const said = await vm.agent.run(
            ['/bin/sh', '-c', CONNECT, 'fenceline', String(PROBE_CQT_MS)],
            {
              timeoutMs: PROBE_MS,
            },
          );
          return capabilitiesOf(parseFacts(said));
        } finally {
          await vm.shutdown();
        }
      } finally {
        await runFolder.remove();
      }
    });
  } finally {
    // Nothing else boots host and target in one guest.
    await rm(image.path, { force: true });
    await rm(`${image.path}.json`, { force: true });
  }
}

/**
 * Makes the guest a target of an empty subsystem on its loopback, with a CQT of $1 ms where it has one,
 * and connects to it. Prints a line `NAME VALUE` for each fact.
 */
const CONNECT = `set -eu
nvmet=/sys/kernel/config/nvmet
subsystem=$nvmet/subsystems/fenceline
port=$nvmet/ports/1
mkdir "$subsystem" "$port"
echo 1 > "$subsystem/attr_allow_any_host"
if [ -e "$subsystem/attr_cqt" ]; then
  echo "$1" > "$subsystem/attr_cqt"
  echo "configured-cqt $1"
fi
echo ipv4 > "$port/addr_adrfam"
echo tcp > "$port/addr_trtype"
echo 127.0.0.1 > "$port/addr_traddr"
echo 4420 > "$port/addr_trsvcid"
ln -s "$subsystem" "$port/subsystems/fenceline"
nvme connect --transport=tcp --traddr=127.0.0.1 --trsvcid=4420 --nqn=fenceline \\
  --hostnqn=nqn.2014-08.org.nvmexpress:uuid:00000000-0000-0000-0000-000000000001 \\
  --hostid=00000000-0000-0000-0000-000000000001 --nr-io-queues=1 > /dev/null
for name in ciu cirn cqt; do
  if [ -e "/sys/class/nvme/nvme0/$name" ]; then
    echo "host-$name $(cat "/sys/class/nvme/nvme0/$name")"
  fi
done
echo "identify $(nvme id-ctrl /dev/nvme0 --raw-binary | base64 -w 0)"`;

/** Reads what the guest printed. */
export function parseFacts(text: string): CapabilityFacts {
  const facts = new Map<string, string>();
  for (const line of text.split('\n')) {
    const [name = '', value] = line.split(' ');
    if (value !== undefined) facts.set(name, value);
  }
  const identify = Buffer.from(facts.get('identify') ?? '', 'base64');
  if (identify.length < 4096) {
    throw new VmError(`The kernel's target did not answer Identify Controller in full:\n${text}`);
  }
  const cqt = facts.get('configured-cqt');
  return {
    identify: readIdentifyController(identify),
    configuredCqtMs: cqt === undefined ? null : Number(cqt),
    host: {
      ciu: facts.get('host-ciu') ?? null,
      cirn: facts.get('host-cirn') ?? null,
      cqt: facts.get('host-cqt') ?? null,
    },
  };
}
