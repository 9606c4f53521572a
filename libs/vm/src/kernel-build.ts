import { access, constants, copyFile, cp, mkdir, readdir } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { basename, delimiter, join } from 'node:path';
import { applyPatches } from './apply-patches.js';
import type { Progress } from './cache.js';
import { runCommand, runOrThrow } from './command.js';
import type { KernelImage } from './kernel-registry.js';
import type { KernelSeries } from './kernel-series.js';
import { kernelSources } from './kernel-sources.js';
import { VmError } from './vm-error.js';

/** The modules that are built, below drivers/nvme. */
const MODULES = [
  'host/nvme-core',
  'host/nvme-fabrics',
  'host/nvme-tcp',
  'target/nvmet',
  'target/nvmet-tcp',
];

/** The other modules there, switched off: guests do not need them. */
const SWITCHED_OFF = [
  'CONFIG_BLK_DEV_NVME=',
  'CONFIG_NVME_RDMA=',
  'CONFIG_NVME_FC=',
  'CONFIG_NVME_TARGET_LOOP=',
  'CONFIG_NVME_TARGET_RDMA=',
  'CONFIG_NVME_TARGET_FC=',
  'CONFIG_DEBUG_INFO_BTF_MODULES=',
];

/** Raised when the same series and base would be built to something else. */
export const BUILD_RECIPE = 1;

/**
 * Builds the nvme and nvmet modules of a kernel with a patch series.
 *
 * @param temporary a folder that the caller removes
 * @returns a folder with the base's modules, those built in the place of its own
 * @throws VmError naming patch and hunk that do not apply, the compiler's errors, or what to install
 */
export async function buildSeriesModules(
  base: KernelImage,
  series: KernelSeries,
  cacheDir: string,
  temporary: string,
  progress: Progress,
): Promise<string> {
  const sources = await kernelSources(base, cacheDir, progress);
  await mustHaveTools(sources.compiler, sources.headers);
  const work = join(temporary, 'build');
  await cp(sources.tree, work, { recursive: true });
  await applyPatches(work, series.patches, progress);
  const drivers = join(work, 'drivers/nvme');
  progress(`compiling nvme and nvmet for ${base.release}`);
  const { exitCode, stdout, stderr } = await runCommand(
    'make',
    [
      `--jobs=${availableParallelism()}`,
      `--directory=${sources.headers}`,
      `M=${drivers}`,
      // The headers have include/linux/nvme.h as it was: ours must be found first.
      `NOSTDINC_FLAGS=-nostdinc -I${join(work, 'include')}`,
      // The same modules wherever they are built: their warnings name source files.
      `KCFLAGS=-ffile-prefix-map=${work}/=`,
      ...SWITCHED_OFF,
      'modules',
    ],
    { inGroup: true },
  );
  if (exitCode !== 0) {
    const errors = `${stdout.toString()}\n${stderr}`
      .split('\n')
      .filter((line) => /error|\*\*\*/i.test(line));
    throw new VmError(
      `${series.title} was applied and does not compile for ${base.name}:\n${errors.slice(0, 10).join('\n')}`,
    );
  }
  const modules = join(temporary, 'modules');
  await mkdir(modules);
  for (const file of await readdir(base.modulesDir)) {
    await copyFile(join(base.modulesDir, file), join(modules, file));
  }
  for (const module of MODULES) {
    const file = `${basename(module).replaceAll('-', '_')}.ko`;
    await runOrThrow(`${file} could not be stripped`, 'strip', [
      '--strip-debug',
      `-o${join(modules, file)}`,
      join(drivers, `${module}.ko`),
    ]);
  }
  return modules;
}

/** @throws VmError with one command that installs all that is missing */
async function mustHaveTools(compiler: string, headers: string): Promise<void> {
  const packageOf = new Map([
    [compiler, compiler],
    ['make', 'make'],
    ['patch', 'patch'],
    ['strip', 'binutils'],
  ]);
  const missing: string[] = [];
  for (const [program, debian] of packageOf) {
    if (!(await isThere(program))) missing.push(debian);
  }
  // Part of the headers, and linked with a library of the system; 127: it was not found.
  const objtool = join(headers, 'tools/objtool/objtool');
  if ((await runCommand(objtool, ['--help'])).exitCode === 127) missing.push('libelf1');
  if (missing.length === 0) return;
  throw new VmError(
    `Building kernel modules needs programs that are not installed. Install them: apt-get install -y --no-install-recommends ${missing.join(' ')}`,
  );
}

async function isThere(program: string): Promise<boolean> {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  const found = folders.map((folder) =>
    access(join(folder, program), constants.X_OK).then(
      () => true,
      () => false,
    ),
  );
  return (await Promise.all(found)).includes(true);
}
