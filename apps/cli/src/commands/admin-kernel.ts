import { answerOf, type Client } from '@fenceline/client';
import { kernelNameSchema } from '@fenceline/contracts/api';
import { Command } from 'commander';
import { withKernelFiles, type KernelFileOptions } from '../kernels/kernel-files.js';
import { createProgress } from '../progress/create-progress.js';
import { untilStopped } from '../run/stop-signals.js';
import type { Kernel } from '../service/documents.js';
import { buildImages, fetchKernel, waitForImages } from '../service/fetch-kernel.js';
import { formatKernel } from '../service/kernel-words.js';
import { openService } from '../service/open-service.js';
import { uploadKernel } from '../service/upload-kernel.js';
import { UsageError } from '../usage-error.js';

interface UploadOptions extends KernelFileOptions {
  images: boolean;
  json: boolean;
}

/** `fenceline admin kernel`: the kernels of a service. */
export function adminKernelCommand(done: () => void): Command {
  const kernel = new Command('kernel').description('kernels that jobs can name');
  const say = (step: string): void => void process.stderr.write(`${step}\n`);
  const json = ['--json', 'print one JSON object and nothing else on stdout', false] as const;
  kernel
    .command('fetch')
    .description(
      "have the service fetch Debian's own kernel of a series, and build its guest images",
    )
    .argument('<name>', 'such as debian:6.1')
    .option(...json)
    .action(async (name: string, options: { json: boolean }) => {
      const { client } = await openService();
      const fetched = await fetchKernel(client, name, say);
      process.stdout.write(options.json ? `${JSON.stringify(fetched)}\n` : `${name} is ready\n`);
      done();
    });
  const upload = kernel
    .command('upload')
    .description('register a kernel of yours under a name, and have its guest images built')
    .argument(
      '<name>',
      'name by which jobs will call it; without files, that of `fenceline kernels`',
    )
    .option('--no-images', 'end when it is registered, while its guest images are being built')
    .option(...json)
    .action(async (name: string, options: UploadOptions) => {
      printKernel(await untilStopped(() => uploadNamed(name, options)), options.json);
      done();
    });
  withKernelFiles(upload);
  kernel
    .command('images')
    .description('have the guest images of a kernel built that are not ready, and wait for them')
    .argument('<name>', 'as `list kernels` prints it')
    .option(...json)
    .action(async (name: string, options: { json: boolean }) => {
      const { client } = await openService();
      const { id } = await newestKernel(client, name);
      printKernel(await buildImages(client, id, say), options.json);
      done();
    });
  kernel
    .command('show')
    .description('show a kernel and its guest images')
    .argument('<name>', 'as `list kernels` prints it')
    .option(...json)
    .action(async (name: string, options: { json: boolean }) => {
      const { client } = await openService();
      printKernel(await newestKernel(client, name), options.json);
      done();
    });
  return kernel;
}

async function uploadNamed(name: string, options: UploadOptions): Promise<Kernel> {
  const { success, error } = kernelNameSchema.safeParse(name);
  if (!success) throw new UsageError(`${name} ${error.issues[0]!.message}`);
  const service = await openService();
  const progress = createProgress(process.stderr);
  try {
    const registered = await uploadKernel(service, name, options, progress);
    progress.end('done');
    if (!options.images) return registered;
    progress.stage('images', name);
    const say = (step: string): void => progress.status(step);
    const ready = await waitForImages(service.client, registered.id, say);
    progress.end('done');
    return ready;
  } catch (error) {
    progress.end('failed');
    throw error;
  }
}

/** What a kernel's name stands for now. @throws UsageError where it stands for nothing */
async function newestKernel(client: Client, name: string): Promise<Kernel> {
  const params = { query: { name, limit: 1 } };
  const [kernel] = (await answerOf(client.GET('/kernels', { params }))).items;
  if (kernel === undefined) throw new UsageError(`No kernel is registered as ${name}.`);
  return kernel;
}

function printKernel(kernel: Kernel, json: boolean): void {
  process.stdout.write(json ? `${JSON.stringify(kernel)}\n` : formatKernel(kernel));
}
