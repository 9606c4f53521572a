import { z } from 'zod';
import { imageRoleSchema } from '../../scenario/guests.js';
import { idSchema, instantSchema, ownedFields, sha256Schema } from '../fields.js';
import { operation } from '../operation.js';
import { pageOf, pageQuerySchema } from '../page.js';

/** Name of a kernel or guest image, as scenarios write it, e.g. `debian:6.1`. */
export const kernelNameSchema = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._:+-]{0,63}$/, {
  error: 'is not a name: letters, digits and . _ : + -, at most 64, a letter or digit first',
});
const capabilitySchema = z.string().regex(/^[a-z][a-z0-9-]{0,31}$/, {
  error: 'is not a capability such as ccr',
});

const registeredFields = {
  ...ownedFields,
  id: idSchema,
  name: z.string(),
  sha256: sha256Schema,
  createdAt: instantSchema,
  /** A retired one is not given to new jobs; those that pinned it keep it. */
  retiredAt: instantSchema.nullable(),
};

/** A guest image that jobs with a kernel need, as far as it is. */
export const kernelImageSchema = z
  .object({
    role: imageRoleSchema,
    state: z.enum(['waiting', 'building', 'ready', 'failed', 'retired']),
    /** What is being done, or why it failed. */
    message: z.string(),
    /** Of the packed image that new jobs get; null until it is ready. */
    sha256: sha256Schema.nullable(),
    /** Of the image itself: the evidence's manifest names it so. */
    imageSha256: sha256Schema.nullable(),
  })
  .meta({ id: 'KernelGuestImage' });
export type KernelGuestImage = z.infer<typeof kernelImageSchema>;

export const kernelSchema = z
  .object({
    ...registeredFields,
    /** As `uname -r` prints it. */
    version: z.string(),
    capabilities: z.array(z.string()),
    /** `upload`, or the Debian package and its version. */
    source: z.string(),
    /** One for each role. The control plane builds them, for the newest kernel of a name. */
    images: z.array(kernelImageSchema),
  })
  .meta({ id: 'Kernel' });
export type Kernel = z.infer<typeof kernelSchema>;

export const guestImageSchema = z
  .object({
    ...registeredFields,
    role: imageRoleSchema,
    /** Of the packed kernel that it is for. */
    kernelSha256: sha256Schema,
    /** Of the image itself: the evidence's manifest names it so. */
    imageSha256: sha256Schema,
    /** `upload`, or `built` by the control plane. */
    source: z.enum(['upload', 'built']),
  })
  .meta({ id: 'GuestImage' });
export type GuestImage = z.infer<typeof guestImageSchema>;

/** A kernel that the control plane fetches from Debian's archive, in the background. */
export const kernelFetchSchema = z
  .object({
    ...ownedFields,
    id: idSchema,
    name: z.string(),
    state: z.enum(['waiting', 'running', 'done', 'failed']),
    /** What is being done, or why it failed. */
    message: z.string(),
    kernelId: idSchema.nullable(),
    createdAt: instantSchema,
    endedAt: instantSchema.nullable(),
  })
  .meta({ id: 'KernelFetch' });
export type KernelFetch = z.infer<typeof kernelFetchSchema>;

const listQuery = pageQuerySchema.extend({
  name: z.string().max(64).optional(),
  /** Retired ones too. */
  retired: z.stringbool().default(false),
});

export const kernelOperations = {
  register: operation({
    id: 'registerKernel',
    tag: 'kernels',
    method: 'POST',
    path: '/kernels',
    access: 'kernels',
    summary:
      'Registers a packed kernel that was uploaded; new jobs with its name get it from now on',
    body: z.object({
      name: kernelNameSchema,
      uploadId: idSchema,
      /** What it can beyond a stock kernel. Left out: what the packed kernel says. */
      capabilities: z.array(capabilitySchema).max(50).optional(),
    }),
    answer: kernelSchema,
    problems: ['conflict', 'invalid-archive'],
    idempotent: true,
  }),
  fetch: operation({
    id: 'fetchDebianKernel',
    tag: 'kernels',
    method: 'POST',
    path: '/kernels/debian',
    access: 'kernels',
    summary: "Has the control plane fetch and register Debian's own kernel of a series",
    body: z.object({
      name: z.string().regex(/^debian:\d{1,2}\.\d{1,3}$/, { error: 'is not a name as debian:6.1' }),
    }),
    answer: kernelFetchSchema,
    status: 202,
    idempotent: true,
  }),
  fetches: operation({
    id: 'listKernelFetches',
    tag: 'kernels',
    method: 'GET',
    path: '/kernel-fetches',
    access: 'read',
    summary: 'Kernels that are or were fetched, newest first',
    query: pageQuerySchema,
    answer: pageOf('KernelFetchPage', kernelFetchSchema),
  }),
  showFetch: operation({
    id: 'showKernelFetch',
    tag: 'kernels',
    method: 'GET',
    path: '/kernel-fetches/{fetchId}',
    access: 'read',
    summary: 'How far one is',
    params: z.object({ fetchId: idSchema }),
    answer: kernelFetchSchema,
  }),
  list: operation({
    id: 'listKernels',
    tag: 'kernels',
    method: 'GET',
    path: '/kernels',
    access: 'read',
    summary: 'Registered kernels, newest first',
    query: listQuery,
    answer: pageOf('KernelPage', kernelSchema),
  }),
  show: operation({
    id: 'showKernel',
    tag: 'kernels',
    method: 'GET',
    path: '/kernels/{kernelId}',
    access: 'read',
    summary: 'One kernel',
    params: z.object({ kernelId: idSchema }),
    answer: kernelSchema,
  }),
  buildImages: operation({
    id: 'buildKernelImages',
    tag: 'kernels',
    method: 'POST',
    path: '/kernels/{kernelId}/images',
    access: 'kernels',
    summary:
      'Has the control plane build those guest images of a kernel that are not ready, once more',
    params: z.object({ kernelId: idSchema }),
    answer: kernelSchema,
    status: 202,
    problems: ['conflict'],
  }),
  retire: operation({
    id: 'retireKernel',
    tag: 'kernels',
    method: 'POST',
    path: '/kernels/{kernelId}/retire',
    access: 'kernels',
    summary: 'Gives it to no new job any more',
    params: z.object({ kernelId: idSchema }),
    answer: kernelSchema,
    status: 200,
  }),
};

export const imageOperations = {
  register: operation({
    id: 'registerImage',
    tag: 'images',
    method: 'POST',
    path: '/images',
    access: 'kernels',
    summary: 'Registers a packed guest image that was uploaded, for the newest kernel of the name',
    body: z.object({ name: kernelNameSchema, uploadId: idSchema }),
    answer: guestImageSchema,
    problems: ['conflict', 'invalid-archive', 'unknown-kernel'],
    idempotent: true,
  }),
  list: operation({
    id: 'listImages',
    tag: 'images',
    method: 'GET',
    path: '/images',
    access: 'read',
    summary: 'Registered guest images, newest first',
    query: listQuery,
    answer: pageOf('GuestImagePage', guestImageSchema),
  }),
  retire: operation({
    id: 'retireImage',
    tag: 'images',
    method: 'POST',
    path: '/images/{imageId}/retire',
    access: 'kernels',
    summary: 'Gives it to no new job any more',
    params: z.object({ imageId: idSchema }),
    answer: guestImageSchema,
    status: 200,
  }),
};
