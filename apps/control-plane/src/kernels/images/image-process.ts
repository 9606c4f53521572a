import { join } from 'node:path';
import { buildGuestImage, KernelRegistry, packImage } from '@fenceline/vm';
import { messageOf } from '../../message-of.js';
import type { FromImageProcess, MadeImage, MakeImages } from './messages.js';

/**
 * Entry of a process that makes the guest images of one kernel: it takes one request, answers it and leaves. It ends when
 * nobody waits for it any more.
 */
process.on('disconnect', () => process.exit(1));
process.on('SIGINT', () => undefined);
process.once('message', (request: MakeImages) => {
  make(request).then(
    (made) => leave({ type: 'done', made }),
    (error: unknown) => leave({ type: 'failed', message: messageOf(error) }),
  );
});

/** An image that cannot be made is no reason to do without the others: a kernel may be a host alone. */
async function make({ name, packedKernel, roles, folder }: MakeImages): Promise<MadeImage[]> {
  const kernel = await new KernelRegistry(join(folder, 'kernel')).addPacked(
    name,
    packedKernel,
    tell,
  );
  const made: MadeImage[] = [];
  for (const role of roles) {
    try {
      const image = await buildGuestImage({ role, kernel, progress: tell });
      const file = join(folder, `${role}.tar.zst`);
      tell(`packing the guest image of the ${role}`);
      await packImage(image, { role, release: kernel.release }, file);
      made.push({ role, file });
    } catch (error) {
      made.push({ role, failure: messageOf(error) });
    }
  }
  return made;
}

function tell(text: string): void {
  process.send?.({ type: 'status', text } satisfies FromImageProcess);
}

function leave(message: FromImageProcess): void {
  process.send?.(message, () => process.exit());
}
