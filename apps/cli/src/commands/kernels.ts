import { ExitCode } from '@fenceline/contracts';
import {
  KernelRegistry,
  shippedSeries,
  shippedSeriesAt,
  VmError,
  type KernelImage,
} from '@fenceline/vm';
import { Command } from 'commander';

import {
  addKernelFiles,
  withKernelFiles,
  type KernelFileOptions,
} from '../kernels/kernel-files.js';
import { createProgress } from '../progress/create-progress.js';
import { untilStopped } from '../run/stop-signals.js';
import { layOutTable } from '../terminal/table.js';
import { UsageError } from '../usage-error.js';

interface BuildOptions {
  series: string;
  base?: string;
  name?: string;
  json: boolean;
}

/** `fenceline kernels`: the kernels that scenarios may name. */
export function kernelsCommand(finish: (code: ExitCode) => void): Command {
  const kernels = new Command('kernels').description('the kernels that scenarios may name');
  kernels
    .command('list', { isDefault: true })
    .description('list the kernels that are on this machine')
    .option('--json', 'print one JSON array', false)
    .action(async (options: { json: boolean }) => {
      const list = await new KernelRegistry().list();
      process.stdout.write(
        options.json
          ? `${JSON.stringify(list)}\n`
          : `${formatKernels(list)}${formatUnbuilt(await notBuilt(list))}`,
      );
      finish(ExitCode.asExpected);
    });
  const add = kernels
    .command('add')
    .description('add a kernel: an image with its modules, or Debian packages of one')
    .argument('<name>', 'name by which scenarios and --kernel will call it')
    .action(async (name: string, options: KernelFileOptions) => {
      const kernel = await untilStopped(() => addKernel(name, options));
      process.stdout.write(formatKernels([kernel]));
      finish(ExitCode.asExpected);
    });
  withKernelFiles(add);
  kernels
    .command('build')
    .description("build Debian's nvme modules with a patch series that ships, and add the kernel")
    .requiredOption('--series <dir>', 'folder of the series, such as kernel/ccr-6.1')
    .option('--base <name>', 'kernel that it is built on; the one that the series is made for')
    .option('--name <name>', "name by which scenarios and --kernel will call it; the series' own")
    .option('--json', 'print one JSON object and nothing else on stdout', false)
    .action(async (options: BuildOptions) => {
      const kernel = await untilStopped(() => buildKernel(options));
      process.stdout.write(options.json ? `${JSON.stringify(kernel)}\n` : formatKernels([kernel]));
      finish(ExitCode.asExpected);
    });
  return kernels;
}

async function buildKernel(options: BuildOptions): Promise<KernelImage> {
  const series = await shippedSeriesAt(options.series).catch((error: unknown) => {
    throw error instanceof VmError ? new UsageError(error.message) : error;
  });
  const name = options.name ?? series.name;
  const progress = createProgress(process.stderr);
  progress.stage('build', name);
  try {
    const tell = (text: string): void => progress.status(text);
    const kernel = await new KernelRegistry().buildSeries(name, series, options, tell);
    progress.end('done');
    return kernel;
  } catch (error) {
    progress.end('failed');
    throw error;
  }
}

/** The kernels of series that ship and are not there yet. */
async function notBuilt(present: readonly KernelImage[]): Promise<string[]> {
  const there = present.map(({ name }) => name);
  return (await shippedSeries()).map(({ name }) => name).filter((name) => !there.includes(name));
}

async function addKernel(name: string, options: KernelFileOptions): Promise<KernelImage> {
  const progress = createProgress(process.stderr);
  progress.stage('kernel', name);
  const tell = (text: string): void => progress.status(text);
  try {
    const kernel = await addKernelFiles(new KernelRegistry(), name, options, tell);
    progress.end('done');
    return kernel;
  } catch (error) {
    progress.end('failed');
    throw error;
  }
}

function formatKernels(kernels: readonly KernelImage[]): string {
  if (kernels.length === 0) {
    return 'No kernel yet. debian:6.1 is fetched when a run first needs it.\n';
  }
  const rows = kernels.map((kernel) => [
    kernel.name,
    kernel.release,
    kernel.capabilities.join(',') || '-',
    kernel.sha256.slice(0, 12),
    kernel.version,
  ]);
  const table = [['name', 'release', 'can', 'sha256', 'version'], ...rows];
  return `${layOutTable(table).join('\n')}\n`;
}

function formatUnbuilt(names: readonly string[]): string {
  return names
    .map((name) => `${name} is built when a run first needs it, or now: fenceline kernels build.\n`)
    .join('');
}
