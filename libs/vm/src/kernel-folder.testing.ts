import { makeBzImage } from './bzimage.testing.js';
import { makeModule } from './elf.testing.js';
import { testFolder } from './folder.testing.js';
import { REQUIRED_MODULES } from './roles.js';

/** Release of the kernels that specs make. */
export const RELEASE = '6.1.0-test';

/**
 * A folder with an image and the modules of these roles.
 *
 * @param release of the modules
 * @param kernel what the image unpacks to
 */
export async function kernelFolder(
  roles: readonly ('host' | 'array-node')[],
  release = RELEASE,
  kernel?: Uint8Array,
): Promise<string> {
  const names = roles.flatMap((role) => REQUIRED_MODULES[role]);
  return await testFolder({
    bzImage: makeBzImage(RELEASE, kernel),
    config: 'CONFIG_NVME_TCP=m\n',
    'modules/kernel/unwanted.ko': makeModule({ release }),
    ...Object.fromEntries(
      names.map((name) => [`modules/kernel/${name}.ko`, makeModule({ release })]),
    ),
  });
}
