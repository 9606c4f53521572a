import type { Kernel } from './documents.js';
import { factsOf, moment, tableOf } from './text.js';

/** Whether new jobs can have a kernel: `ready`, or how far its guest images are. */
export function readiness({ images, retiredAt }: Kernel): string {
  if (retiredAt !== null) return 'retired';
  const unready = images.filter(({ state }) => state !== 'ready');
  if (unready.length === 0) return images.length === 0 ? '' : 'ready';
  return unready.map(({ role, state }) => `${role} ${state}`).join(', ');
}

/** What goes on with the images of a kernel, a line each; none where nothing does. */
export function imageSteps({ images }: Kernel): string[] {
  const steps = images
    .filter(({ state }) => state === 'building' || state === 'waiting')
    .map(({ role, state, message }) =>
      message === '' ? `the guest image of the ${role} is ${state}` : message,
    );
  return [...new Set(steps)];
}

/** Why images could not be had, a line each. */
export function imageFailures({ name, images }: Kernel): string[] {
  return images
    .filter(({ state }) => state === 'failed' || state === 'retired')
    .map(({ role, state, message }) => {
      const why = message === '' ? `it is ${state}` : message;
      return `There is no guest image of the ${role} for ${name}: ${why}`;
    });
}

/** A kernel for people, and its guest images. */
export function formatKernel(kernel: Kernel): string {
  const { id, name, version, capabilities, source, sha256, createdAt, images } = kernel;
  const facts = factsOf({
    kernel: `${name}, ${version}`,
    id,
    can: capabilities.length === 0 ? null : capabilities.join(' '),
    source,
    registered: moment(createdAt),
    sha256,
    state: readiness(kernel),
  });
  const rows = images.map((image) => [
    image.role,
    image.state,
    image.imageSha256 ?? '',
    image.message,
  ]);
  return rows.length === 0 ? facts : `${facts}\n${tableOf(['image', 'state', 'sha256', ''], rows)}`;
}
