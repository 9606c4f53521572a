import { z } from 'zod';
import { scenarioLimits } from '../limits.js';
import {
  ccrFaultSchema,
  ccrRefusalSchema,
  ccrWaitSchema,
  fencePolicySchema,
  vmKindSchema,
} from '../kinds.js';
import { blockLayerSchema, ioPolicySchema } from '../model.js';
import { controllerMutantNameSchema, hostMutantNameSchema } from '../mutant-names.js';
import {
  duration,
  durationOrForever,
  eitherOf,
  kernelSchema,
  type Mend,
  isGiven,
  nameSchema,
  readable,
  referenceSchema,
  size,
} from './fields.js';

const pathFields = ['host', 'node', 'port'];

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

const digests = () =>
  z
    .boolean()
    .optional()
    .describe(
      'Reference only. Header and data digests on every connection whose other end agrees. Default: `false`.',
    );

const mutant = <Name extends string>(names: z.ZodType<Name>) =>
  names
    .meta({ title: 'mutant' })
    .optional()
    .describe(
      'Reference only. Do one thing wrong on purpose, by the name of the mutant. Default: none, do all right.',
    );

export const ccrTextSchema = z.strictObject({
  takes: duration()
    .prefault('0s')
    .describe('The reset of the impaired controller begins so long after the command.'),
  immediate: z
    .boolean()
    .default(true)
    .describe(
      'Answer with IRS=1 where the reset is done when the command is answered: nothing is in flight and ' +
        '`takes` is 0s. `false`: tell every success by the log page and its event.',
    ),
  fail: z
    .boolean()
    .default(false)
    .describe('The operation ends as failed (CCRS=2); the impaired controller is not reset.'),
  refuse: ccrRefusalSchema
    .optional()
    .describe(
      'Refuse the command with status 3Fh (`in-progress`), 40h (`log-full`) or 41h (`limit`). Default: take it.',
    ),
  dropEvent: z
    .boolean()
    .default(false)
    .describe('Make the log entry and send no event: as if the event were lost.'),
  bound: duration({ min: 1 })
    .prefault('30s')
    .describe(
      'Time for every request of the impaired association to leave the medium. When it passes first, the ' +
        'operation has failed (CCRS=2).',
    ),
});

/** Fields of a node that only one kind has. */
const nodeFieldsOf = {
  linux: ['ccrFault', 'blockLayer'],
  reference: ['ccrl', 'tbkas', 'ccr', 'digests', 'mutant'],
} as const;

const nodeFields = z.strictObject({
  kind: vmKindSchema
    .default('linux')
    .describe(
      'What serves the ports: nvmet of the `kernel`, or the `reference` controller, a program in the VM.',
    ),
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
  cqt: duration({ max: 65_535 })
    .prefault('0s')
    .describe(
      'Command quiesce time that the controllers report (CQT). `0s` promises nothing, and is what a Linux node ' +
        'reports whose kernel lacks the capability `cqt`.',
    ),
  ccrFault: ccrFaultSchema
    .optional()
    .describe(
      'Linux only, with the capability `ccr`: what nvmet does wrong with a CCR (its parameter `ccr_fault`). ' +
        'Default: `none`.',
    ),
  ccrl: z
    .int()
    .min(0)
    .max(255)
    .optional()
    .describe(
      'Reference only. How many CCRs a controller may have in progress (CCRL). 0: it knows no CCR. Default: 4.',
    ),
  tbkas: z
    .boolean()
    .optional()
    .describe(
      'Reference only. Traffic based keep alive (TBKAS): any command re-arms the keep alive timer. Default: `true`.',
    ),
  ccr: ccrTextSchema
    .optional()
    .describe('Reference only. How a CCR is carried out. Default: at once and right.'),
  digests: digests(),
  mutant: mutant(controllerMutantNameSchema),
  blockLayer: blockLayerSchema
    .optional()
    .describe(
      'Linux only. What stands between the target and the recorder. `recorder`: no scheduler and no merging in the ' +
        'guest (`none`, `nomerges` 2) nor in QEMU (`request-merging` off), so that a write arrives as it was sent. ' +
        '`defaults`: all as the kernel and QEMU have it, so that writes arrive split and merged. ' +
        'Default: `recorder`.',
    ),
});

export const nodeTextSchema = eitherOf(nodeFields, nodeFieldsOf);
export type NodeText = z.output<typeof nodeTextSchema>;

export const arrayTextSchema = z.strictObject({
  nodes: z
    .record(nameSchema, nodeTextSchema)
    .refine((nodes) => Object.keys(nodes).length >= 1, { error: 'has no node' })
    .refine((nodes) => Object.keys(nodes).length <= scenarioLimits.nodes, {
      error: `has more than ${scenarioLimits.nodes} nodes`,
    })
    .describe('The array’s nodes by name: VMs with a target over one shared medium.'),
});

/** Fields of a host that only one kind has. */
const hostFieldsOf = {
  linux: ['cqtDefault', 'ccrTimeout'],
  reference: ['fence', 'cqtZero', 'ccrWait', 'keepAlives', 'readLogAfter', 'digests', 'mutant'],
} as const;

const hostFields = z.strictObject({
  kind: vmKindSchema
    .default('linux')
    .describe(
      'What connects: the NVMe driver of the `kernel`, or the `reference` host, a program in the VM that ' +
        'does the workload too.',
    ),
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
  cqtDefault: duration({ min: 1 })
    .optional()
    .describe(
      'Linux only, with the capability `cqt`: what stands for a CQT of 0 (`nvme_core.cqt_default_ms`). ' +
        'Default: the kernel’s own, 10 s.',
    ),
  ccrTimeout: duration({ min: 1 })
    .optional()
    .describe(
      'Linux only, with the capability `ccr`: how long to wait for a CCR (`nvme_core.ccr_timeout_ms`). ' +
        'Default: the kernel’s own, as long as the fence.',
    ),
  fence: fencePolicySchema
    .optional()
    .describe(
      'Reference only. How commands in flight on a lost path are fenced: sent again at once (`immediate`), ' +
        'after the hold of TP4129 (`time-based`), or after a Cross-Controller Reset, by time where none ' +
        'succeeds (`ccr`). Default: `ccr`.',
    ),
  cqtZero: duration()
    .optional()
    .describe('Reference only. What stands for a CQT of 0. Default: 10s.'),
  ccrWait: ccrWaitSchema
    .optional()
    .describe(
      'Reference only. How long to wait for a CCR that was taken: one of the disputed readings. ' +
        'Default: `kato+cqt`.',
    ),
  keepAlives: z
    .enum(['sent', 'lost'])
    .optional()
    .describe(
      'Reference only. `lost`: keep alives get lost on their way while data flows. Default: `sent`.',
    ),
  readLogAfter: duration()
    .optional()
    .describe('Reference only. How long after the event the CCR log page is read. Default: 0s.'),
  digests: digests(),
  mutant: mutant(hostMutantNameSchema),
});

export const hostTextSchema = eitherOf(hostFields, hostFieldsOf);
export type HostText = z.output<typeof hostTextSchema>;

export const hostsTextSchema = z
  .record(nameSchema, hostTextSchema)
  .refine((hosts) => Object.keys(hosts).length >= 1, { error: 'has no host' })
  .refine((hosts) => Object.keys(hosts).length <= scenarioLimits.hosts, {
    error: `has more than ${scenarioLimits.hosts} hosts`,
  });

const linkFields = z.strictObject({
  host: referenceSchema.optional().describe('Host at one end of a path.'),
  node: referenceSchema.optional().describe('Array node at the other end of a path.'),
  port: z
    .int()
    .min(1)
    .optional()
    .describe('Port of the node. One cable fits into a port. Default: 1.'),
  nodes: z
    .tuple([referenceSchema, referenceSchema])
    .optional()
    .describe(
      'Two reference nodes that the cable joins, instead of `host` and `node`: over it they relay resets of ' +
        'each other’s controllers. It can fail as any other.',
    ),
});

/** A cable is a path from a host to a node, or joins two nodes. */
export const linkTextSchema = linkFields
  .refine((link) => !(isGiven(link, 'nodes') && pathFields.some((field) => isGiven(link, field))), {
    error: 'is between two nodes, and names a host’s path too',
    params: { mend: 'Write `host` and `node`, or `nodes` alone.' } satisfies Mend,
    when: readable,
  })
  .refine((link) => isGiven(link, 'nodes') || (isGiven(link, 'host') && isGiven(link, 'node')), {
    error: 'does not say what it joins',
    params: {
      mend: 'Write `host` and `node` for a path, or `nodes: [A, B]` between two reference nodes.',
    } satisfies Mend,
    when: readable,
  })
  .transform(({ host, node, port, nodes }) =>
    nodes === undefined
      ? { kind: 'path' as const, host: host!, node: node!, port: port ?? 1 }
      : { kind: 'inter-node' as const, nodes },
  );
export type LinkText = z.output<typeof linkTextSchema>;

export const linksTextSchema = z
  .record(nameSchema, linkTextSchema)
  .refine((links) => Object.keys(links).length >= 1, { error: 'has no link' })
  .refine((links) => Object.keys(links).length <= scenarioLimits.links, {
    error: `has more than ${scenarioLimits.links} links`,
  });
