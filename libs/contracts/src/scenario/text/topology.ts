import { z } from 'zod';
import { scenarioLimits } from '../limits.js';
import { blockLayerSchema, ioPolicySchema } from '../model.js';
import {
  duration,
  durationOrForever,
  kernelSchema,
  type Mend,
  nameSchema,
  referenceSchema,
  size,
} from './fields.js';

/** The lab as a scenario file describes it: subsystem, array, hosts and links. */

const memory = () =>
  size({
    min: scenarioLimits.memoryMin,
    max: scenarioLimits.memoryMax,
    because: 'the guest image does not unpack',
  })
    .prefault('384MiB')
    .describe('Memory of the VM.');

const kernel = () =>
  kernelSchema
    .default('debian:6.1')
    .describe('Kernel that the VM runs, by its name in the kernel registry (`fenceline kernels`).');

export const namespaceTextSchema = z.strictObject({
  id: z.int().min(1).max(1024).default(1).describe('Namespace ID.'),
  size: size({ min: scenarioLimits.namespaceMin, max: scenarioLimits.namespaceMax })
    .prefault('64MiB')
    .describe('Size of the medium: a whole number of blocks.'),
  blockSize: z.literal([512, 4096]).default(4096).describe('Bytes of a logical block.'),
});

export const subsystemTextSchema = z.strictObject({
  nqn: z
    .string()
    .regex(/^nqn\.[0-9]{4}-(0[1-9]|1[0-2])\.[a-z0-9-]+(\.[a-z0-9-]+)*(:[A-Za-z0-9._:-]+)?$/, {
      error: 'is not an NQN such as nqn.2026-01.org.fenceline:array',
    })
    .max(223)
    .default('nqn.2026-01.org.fenceline:array')
    .describe('NVMe qualified name of the subsystem; every node presents the same one.'),
  namespaces: z
    .array(namespaceTextSchema)
    .length(1, { error: 'needs exactly one namespace in this version' })
    .prefault([{}])
    .describe('The namespaces: one in this version. All nodes share its medium.'),
});

export const nodeTextSchema = z.strictObject({
  kernel: kernel(),
  ports: z
    .int()
    .min(1)
    .max(scenarioLimits.portsPerNode)
    .default(1)
    .describe('Number of ports of the node, numbered from 1.'),
  cntlid: z
    .tuple([
      z.int().min(1).max(scenarioLimits.cntlidMax),
      z.int().min(1).max(scenarioLimits.cntlidMax),
    ])
    .refine(([first, last]) => first <= last, {
      error: 'begins after its end',
      params: { mend: 'Write the first controller ID, then the last.' } satisfies Mend,
    })
    .optional()
    .describe(
      'First and last controller ID that the node gives out. Needed as soon as there are two nodes: ' +
        'the ranges must not overlap, since to the host the nodes are one array. ' +
        'Default for a single node: all, `[1, 65519]`.',
    ),
  memory: memory(),
  blockLayer: blockLayerSchema
    .default('recorder')
    .describe(
      'What stands between the target and the recorder. `recorder`: no scheduler and no merging in the ' +
        'guest (`none`, `nomerges` 2) nor in QEMU (`request-merging` off), so that a write arrives as it was sent. ' +
        '`defaults`: all as the kernel and QEMU have it, so that writes arrive split and merged.',
    ),
});

export const arrayTextSchema = z.strictObject({
  nodes: z
    .record(nameSchema, nodeTextSchema)
    .refine((nodes) => Object.keys(nodes).length >= 1, { error: 'has no node' })
    .refine((nodes) => Object.keys(nodes).length <= scenarioLimits.nodes, {
      error: `has more than ${scenarioLimits.nodes} nodes`,
    })
    .describe('The array’s nodes by name: VMs with a target over one shared medium.'),
});

export const hostTextSchema = z.strictObject({
  kernel: kernel(),
  keepAlive: duration({ min: 1_000, wholeSeconds: true })
    .prefault('5s')
    .describe(
      'Keep Alive time-out (KATO) of each association. Below 5s, Linux 6.1 may look as if it waited: ' +
        'its first retry comes after a second keep-alive time-out.',
    ),
  reconnectDelay: duration({ min: 1_000, wholeSeconds: true })
    .prefault('2s')
    .describe('Time between two attempts to connect a lost association again.'),
  ctrlLossTimeout: durationOrForever({ min: 1_000, wholeSeconds: true })
    .prefault('600s')
    .describe('After this time of reconnecting the host removes the controller; `forever`: never.'),
  ioTimeout: duration({ min: 1_000, wholeSeconds: true })
    .prefault('30s')
    .describe('I/O time-out of the host’s NVMe driver (`nvme_core.io_timeout`).'),
  ioPolicy: ioPolicySchema
    .default('round-robin')
    .describe('How native multipath chooses a path. `queue-depth` needs Linux 6.11.'),
  queues: z
    .int()
    .min(1)
    .max(scenarioLimits.queues)
    .default(1)
    .describe('Number of I/O queues of each association.'),
  memory: memory(),
});

export const hostsTextSchema = z
  .record(nameSchema, hostTextSchema)
  .refine((hosts) => Object.keys(hosts).length >= 1, { error: 'has no host' })
  .refine((hosts) => Object.keys(hosts).length <= scenarioLimits.hosts, {
    error: `has more than ${scenarioLimits.hosts} hosts`,
  });

export const linkTextSchema = z.strictObject({
  host: referenceSchema.describe('Host at one end.'),
  node: referenceSchema.describe('Array node at the other end.'),
  port: z.int().min(1).default(1).describe('Port of the node. One cable fits into a port.'),
});

export const linksTextSchema = z
  .record(nameSchema, linkTextSchema)
  .refine((links) => Object.keys(links).length >= 1, { error: 'has no link' })
  .refine((links) => Object.keys(links).length <= scenarioLimits.links, {
    error: `has more than ${scenarioLimits.links} links`,
  });
