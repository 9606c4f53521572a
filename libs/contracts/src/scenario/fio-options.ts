import { z } from 'zod';

/**
 * The fio options that a workload may set, in fio's own names and syntax.
 *
 * A closed list: an option that reads or writes other files, runs programs or changes the device
 * (`filename`, `exec_prerun`, `ioengine=external`, …) is not in it. Sizes carry fio's suffixes
 * k, m, g, t = powers of 1024; the spellings with `i` are refused, because fio by default reads
 * `Ki` as 1000 and `k` as 1024.
 */
const fioSize = z
  .union([
    z.int().nonnegative(),
    z.string().regex(/^[0-9]{1,15}[kmgt]?$/i, {
      error: 'is not a size in fio’s syntax',
      abort: true,
    }),
  ])
  .meta({ title: 'fio size', examples: ['4k', '32k', '1m'] });

const fioTime = z
  .union([
    z.int().positive(),
    z.string().regex(/^[0-9]{1,9}(ms|s|m|h)?$/, {
      error: 'is not a time in fio’s syntax',
      abort: true,
    }),
  ])
  .meta({ title: 'fio time', examples: ['60s', '500ms', '2m'] });

/** 0 or 1 as fio writes it, or YAML's true and false. */
const fioSwitch = z.union([z.literal([0, 1]), z.boolean()]).meta({ title: 'fio switch' });

export const fioRwSchema = z.enum([
  'read',
  'write',
  'randread',
  'randwrite',
  'rw',
  'readwrite',
  'randrw',
  'trim',
  'randtrim',
  'trimwrite',
]);

export const fioVerifySchema = z.enum([
  'none',
  'crc32c',
  'crc32c-intel',
  'crc32',
  'crc64',
  'crc16',
  'md5',
  'sha1',
  'sha256',
  'sha512',
  'xxhash',
]);

/** Checked fio options with their defaults; the same before and after parsing. */
export const fioOptionsSchema = z.strictObject({
  rw: fioRwSchema.default('randwrite').describe('Pattern of the I/O.'),
  bs: fioSize.default('4k').describe('Bytes of one I/O: a multiple of the namespace’s block size.'),
  size: fioSize.describe(
    'Bytes of the region of one job. It bounds where the job reads and writes.',
  ),
  offset: fioSize.default(0).describe('First byte of the region of the first job.'),
  offset_increment: fioSize
    .default(0)
    .describe(
      'Distance in bytes between the regions of two jobs that follow each other. ' +
        'At least `size` keeps jobs off each other’s blocks; 0 lets them all use the same.',
    ),
  numjobs: z
    .int()
    .min(1)
    .max(64)
    .default(1)
    .describe(
      'Number of processes that run this job. Several jobs of depth 1 keep several writes in flight.',
    ),
  iodepth: z
    .int()
    .min(1)
    .max(128)
    .default(1)
    .describe(
      'I/Os that a job keeps in flight. With `rate_iops` a job submits nothing more while it waits, ' +
        'so that one write at most is stuck whatever the depth: raise `numjobs` instead.',
    ),
  ioengine: z
    .enum(['libaio', 'io_uring', 'psync', 'sync', 'pvsync', 'pvsync2'])
    .default('libaio')
    .describe('How fio hands I/O to the kernel.'),
  direct: fioSwitch
    .default(1)
    .describe(
      'Bypass the page cache. Keep it on: buffered I/O may change bytes in flight, ' +
        'and payload-stable is then not judged.',
    ),
  rate_iops: z
    .int()
    .min(1)
    .max(1_000_000)
    .optional()
    .describe('I/Os a second of each job at most.'),
  rwmixread: z.int().min(0).max(100).optional().describe('Per cent of reads in a mixed pattern.'),
  runtime: fioTime
    .default('60s')
    .describe('How long the job runs. A plain number is in seconds, as in fio.'),
  time_based: fioSwitch
    .default(1)
    .describe('Go on until `runtime` has passed, over the same region again and again.'),
  startdelay: fioTime
    .optional()
    .describe('Wait this long before the first I/O. A plain number is in seconds.'),
  number_ios: z.int().min(1).optional().describe('Stop each job after this many I/Os.'),
  verify: fioVerifySchema
    .optional()
    .describe(
      'Header and checksum in every block, which makes each write’s bytes unlike any other’s. ' +
        'Default: `crc32c` where the pattern writes, `none` where it only reads.',
    ),
  do_verify: fioSwitch
    .default(0)
    .describe(
      'Let fio read everything back at its end. The lab reads all written blocks back anyway.',
    ),
  verify_backlog: z
    .int()
    .min(1)
    .optional()
    .describe('Let fio verify after so many written blocks instead of at its end.'),
  verify_fatal: fioSwitch
    .optional()
    .describe('End the job at the first block that fails verification.'),
  randseed: z
    .int()
    .nonnegative()
    .optional()
    .describe('Seed of fio’s random numbers. Default: drawn from the run’s seed.'),
  norandommap: fioSwitch
    .optional()
    .describe('Choose each block without regard to those already written in this pass.'),
  sync: fioSwitch
    .optional()
    .describe('Open the device O_SYNC: writes carry FUA or are followed by a flush.'),
  fsync: z.int().min(1).optional().describe('Flush after every so many writes.'),
});
export type FioOptions = z.output<typeof fioOptionsSchema>;
