import { z } from 'zod';

/** What we read of fio's own JSON. */
const fioResultSchema = z.object({
  jobs: z.array(
    z.object({
      error: z.int(),
      total_err: z.int().optional(),
      read: z.object({ clat_ns: z.object({ max: z.number() }) }).optional(),
      write: z.object({ clat_ns: z.object({ max: z.number() }) }).optional(),
    }),
  ),
});

/** What a fio that has ended left behind. */
export interface FioRemains {
  /** Exit code; null when a signal ended it. */
  exitCode: number | null;
  signal: number | null;
  /** Its JSON, perhaps with remarks before it; empty when it wrote none. */
  output: string;
  /** What it said on its standard output and standard error. */
  log: string;
}

export interface FioResult {
  /** I/O errors that the application saw. */
  errors: number;
  worstLatencyNs: number | null;
  /** fio's own words, in one line, where anything went wrong. */
  message?: string;
  /** Whether fio itself failed: then nothing is said about the kernel below it. */
  broken: boolean;
}

/**
 * Errors that the block layer never gives to an application (Linux: block/blk-core.c, blk_errors), or not
 * where paths are multiplied (ENOMEM): fio met them on its own way to the device.
 */
const ownErrors = new Set([1, 2, 12, 13, 14, 22, 24, 38]);

/** Tells what the application saw from a fio that could not do its work. */
export function readFioResult({ exitCode, signal, output, log }: FioRemains): FioResult {
  const said = log
    .trim()
    .slice(-500)
    .trim()
    .replace(/\s*\n\s*/g, '; ');
  const how = exitCode === null ? `signal ${signal ?? '?'}` : `exit code ${exitCode}`;
  const broken = (what: string): FioResult => ({
    errors: 0,
    worstLatencyNs: null,
    message: `fio ended with ${how}, ${what}: ${said === '' ? 'it said nothing' : said}`,
    broken: true,
  });
  const parsed = fioResultSchema.safeParse(parseFioJson(output));
  if (!parsed.success) return broken('without a result');
  if (exitCode === null || /\bgot signal=\d+/.test(log))
    return broken('as it or a job of it crashed');
  const { jobs } = parsed.data;
  const own = jobs.find((job) => ownErrors.has(job.error));
  if (own) return broken(`as a job could not work (error ${own.error})`);
  const errors = jobs.reduce(
    (sum, job) => sum + Math.max(job.total_err ?? 0, job.error ? 1 : 0),
    0,
  );
  const worst = Math.max(
    0,
    ...jobs.flatMap((job) => [job.read?.clat_ns.max ?? 0, job.write?.clat_ns.max ?? 0]),
  );
  const result = { errors, worstLatencyNs: Math.round(worst), broken: false };
  return errors > 0 ? { ...result, message: said } : result;
}

/** fio may print remarks before its JSON object. */
function parseFioJson(text: string): unknown {
  try {
    return JSON.parse(text.slice(Math.max(0, text.indexOf('{'))));
  } catch {
    return undefined;
  }
}
