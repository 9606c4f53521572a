import { VmError, type KernelImage, type KernelRegistry, type Progress } from '@fenceline/vm';
import { Option, type Command } from 'commander';
import { append } from '../commands/arguments.js';
import { UsageError } from '../usage-error.js';

/** The files of a kernel, as options name them. */
export interface KernelFileOptions {
  image?: string;
  modules?: string;
  config?: string;
  deb?: string[];
  capability: string[];
}

const choice = 'Give --image with --modules, or --deb.';

/** Gives a command the options that name the files of a kernel. */
export function withKernelFiles(command: Command): Command {
  return command
    .option('--image <bzImage>', 'kernel image')
    .option('--modules <dir|tar>', 'its modules: a folder with lib/modules, or a tar file of it')
    .option('--config <file>', 'its build configuration, to be kept with it')
    .option('--deb <file...>', 'Debian packages, in place of --image and --modules')
    .addOption(
      new Option('--capability <name>', 'what it can beyond a stock kernel: ccr, cqt')
        .argParser(append)
        .default([]),
    );
}

/** Whether any file was named. */
export function namesFiles({ image, modules, config, deb }: KernelFileOptions): boolean {
  return [image, modules, config, deb].some((given) => given !== undefined);
}

/**
 * Adds a kernel to a registry out of the files that were named.
 *
 * @throws UsageError for options that do not go together, and for files that the registry refuses
 */
export async function addKernelFiles(
  registry: KernelRegistry,
  name: string,
  { image, modules, config, deb, capability: capabilities }: KernelFileOptions,
  tell: Progress,
): Promise<KernelImage> {
  try {
    if (deb !== undefined) {
      refuseBesideDeb({ image, modules, config });
      return await registry.addDebs(name, deb, { capabilities }, tell);
    }
    if (image === undefined || modules === undefined) throw new UsageError(choice);
    const files = { image, modules, capabilities, ...(config !== undefined && { config }) };
    return await registry.addImage(name, files, tell);
  } catch (error) {
    // What the registry refuses is what it was given.
    throw error instanceof VmError ? new UsageError(error.message) : error;
  }
}

function refuseBesideDeb(options: Readonly<Record<string, string | undefined>>): void {
  const given = Object.keys(options).find((name) => options[name] !== undefined);
  if (given !== undefined) {
    throw new UsageError(`--${given} does not go with --deb: the packages have it.`);
  }
}
