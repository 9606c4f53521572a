import { z } from 'zod';
import { isRecord } from '../is-record.js';
import { vmKindSchema, type VmKind } from '../kinds.js';
import { scenarioLimits } from '../limits.js';
import {
  DURATION_PATTERN,
  formatDuration,
  formatSize,
  parseDuration,
  parseSize,
  SIZE_PATTERN,
} from '../units.js';

/** The kinds of value that the fields of a scenario file are made of. */

/** What a refusal says besides its message: how to make it right. */
export interface Mend {
  mend: string;
}

interface DurationBounds {
  /** In ms. */
  min?: number;
  /** In ms. */
  max?: number;
  /** The kernel takes it in whole seconds. */
  wholeSeconds?: boolean;
}

/** A duration with its unit, parsed into ms. */
export function duration(bounds: DurationBounds = {}) {
  return z
    .string()
    .meta({ title: 'duration', pattern: DURATION_PATTERN, examples: ['300ms', '5s', '2m'] })
    .transform((text, ctx) => durationValue(text, bounds, ctx));
}

/** As `duration`, or `forever`, which becomes null. */
export function durationOrForever(bounds: DurationBounds = {}) {
  return z
    .string()
    .meta({
      title: 'duration or forever',
      pattern: `${DURATION_PATTERN}|^forever$`,
      examples: ['600s', 'forever'],
    })
    .transform((text, ctx) =>
      text === 'forever' ? null : durationValue(text, bounds, ctx, ', or `forever`'),
    );
}

function durationValue(
  text: string,
  bounds: DurationBounds,
  ctx: z.RefinementCtx,
  alternative = '',
): number {
  const min = bounds.min ?? 0;
  const max = bounds.max ?? scenarioLimits.durationMs;
  const result = parseDuration(text);
  if (!result.ok) {
    return refuse(ctx, result.message, result.mend.replace(/\.$/, `${alternative}.`));
  }
  if (result.value < min || result.value > max) {
    return refuse(
      ctx,
      `${text} is out of range`,
      `Write a duration from ${formatDuration(min)} to ${formatDuration(max)}.`,
    );
  }
  if (bounds.wholeSeconds === true && result.value % 1_000 !== 0) {
    return refuse(
      ctx,
      `${text} is not a whole number of seconds`,
      `The kernel takes whole seconds: write \`${Math.ceil(result.value / 1_000)}s\`.`,
    );
  }
  return result.value;
}

/** A size with its unit (powers of 1024), parsed into bytes. `min` and `max` are in bytes. */
export function size(bounds: { min: number; max: number; because?: string }) {
  return z
    .string()
    .meta({ title: 'size', pattern: SIZE_PATTERN, examples: ['64MiB', '1GiB'] })
    .transform((text, ctx) => {
      const result = parseSize(text);
      if (!result.ok) return refuse(ctx, result.message, result.mend);
      if (result.value < bounds.min) {
        return refuse(
          ctx,
          `${text} is too little${bounds.because === undefined ? '' : `: ${bounds.because}`}`,
          `Write at least \`${formatSize(bounds.min)}\`.`,
        );
      }
      if (result.value > bounds.max) {
        return refuse(ctx, `${text} is too much`, `Write at most \`${formatSize(bounds.max)}\`.`);
      }
      return result.value;
    });
}

function refuse(ctx: z.RefinementCtx, message: string, mend: string): never {
  const params: Mend = { mend };
  ctx.addIssue({ code: 'custom', message, params });
  return z.NEVER;
}

/** Words that stand for several names where a name is expected. */
const reservedNames = ['all', 'forever', 'held'];

/** A name of a host, node, link or workload. It becomes part of file names and QEMU options. */
export const nameSchema = z
  .string()
  .regex(/^[A-Za-z][A-Za-z0-9_-]{0,31}$/, {
    error: 'is not a name: a letter, then at most 31 letters, digits, `-` or `_`',
    abort: true,
  })
  .refine((name) => !reservedNames.includes(name), {
    error: 'is a reserved word and cannot be a name',
    params: { mend: `Choose a name other than ${reservedNames.join(', ')}.` } satisfies Mend,
  })
  .meta({ title: 'name' });

/** A reference to something by its name. What it names is checked once all names are known. */
export const referenceSchema = z.string().meta({ title: 'name' });

/** One name, several, or `all`; parsed into a list, where `['all']` still stands for all. */
export const referencesSchema = z
  .union([referenceSchema, z.array(referenceSchema).min(1)])
  .meta({ title: 'name, list of names or `all`' })
  .transform((value) => (typeof value === 'string' ? [value] : value));

/** Name of a kernel in the kernel registry. */
export const kernelSchema = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._+~:-]{0,63}$/, { error: 'is not the name of a kernel' })
  .meta({ title: 'kernel name', examples: ['debian:6.1'] });

/**
 * Adds to a map the duty to have exactly one of these fields. An unknown field is reported as such alone:
 * it is probably the one that is missing.
 */
export function exactlyOneOf<T extends z.ZodType>(
  schema: T,
  fields: readonly string[],
  noun: string,
): T {
  return schema
    .refine((value) => fields.filter((field) => isGiven(value, field)).length === 1, {
      error: (issue) => {
        const given = fields.filter((field) => isGiven(issue.input, field));
        return given.length === 0 ? `names no ${noun}` : `names several: ${given.join(', ')}`;
      },
      params: { mend: `Write exactly one of ${fields.join(', ')}.` } satisfies Mend,
      when: readable,
    })
    .meta({ minProperties: 1 });
}

/** Adds to a map the duty to have at most one of these fields. */
export function atMostOneOf<T extends z.ZodType>(schema: T, fields: readonly string[]): T {
  return schema.refine((value) => fields.filter((field) => isGiven(value, field)).length <= 1, {
    error: (issue) =>
      `has several of which only one can be: ${fields.filter((field) => isGiven(issue.input, field)).join(', ')}`,
    params: { mend: `Keep one of ${fields.join(', ')}.` } satisfies Mend,
    when: readable,
  });
}

/** Adds to a map with a `kind` the duty to have no field that only another kind has. */
export function eitherOf<T extends z.ZodType>(
  schema: T,
  fieldsOf: Readonly<Record<VmKind, readonly string[]>>,
): T {
  const own = (value: unknown): VmKind =>
    isRecord(value) && value.kind === 'reference' ? 'reference' : 'linux';
  const foreign = (value: unknown) =>
    vmKindSchema.options
      .filter((kind) => kind !== own(value))
      .flatMap((kind) => fieldsOf[kind])
      .filter((field) => !fieldsOf[own(value)].includes(field) && isGiven(value, field));
  return schema.refine((value) => foreign(value).length === 0, {
    error: (issue) =>
      `\`${foreign(issue.input).join('`, `')}\` has no meaning for the kind \`${own(issue.input)}\``,
    params: {
      mend: `Remove it, or write the \`kind\` that has it: ${vmKindSchema.options
        .map((kind) => `\`${kind}\` has ${fieldsOf[kind].join(', ')}`)
        .join('; ')}.`,
    } satisfies Mend,
    when: readable,
  });
}

/** Whether a check over several fields makes sense: the map is one, and no field of it is unknown. */
export function readable(payload: z.core.ParsePayload): boolean {
  return (
    typeof payload.value === 'object' &&
    payload.value !== null &&
    !payload.issues.some(
      (issue) => issue.code === 'unrecognized_keys' && (issue.path?.length ?? 0) === 0,
    )
  );
}

export function isGiven(value: unknown, field: string): boolean {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, field);
}
