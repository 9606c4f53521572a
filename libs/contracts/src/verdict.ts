import { z } from 'zod';

/** The verdict of one scenario as `fenceline run --json` prints it: stable from v1 on. */

export const verdictValueSchema = z.enum(['pass', 'violation', 'inconclusive']);
export type VerdictValue = z.infer<typeof verdictValueSchema>;

export const ruleNameSchema = z.enum([
  'no-early-retry',
  'no-write-after-fence',
  'no-stale-overwrite',
  'reads-consistent',
  'final-image',
  'payload-stable',
  'medium-equals-wire',
  'ccr-conformance',
  'keep-alive-duty',
  'fence-not-longer-than-needed',
  'fails-over-promptly',
  'recovers-in-time',
  'path-restored',
  'no-io-error',
  'kernel-clean',
]);
export type RuleName = z.infer<typeof ruleNameSchema>;

export const profileNameSchema = z.enum(['cqt-zero-10s', 'cqt-zero-immediate', 'tp4129-strict']);
export type ProfileName = z.infer<typeof profileNameSchema>;

/** One line of a witness: something that happened, at ms since the lab started, and where to look. */
export const witnessStepSchema = z.object({
  /** Milliseconds since the lab started, with µs precision. */
  ms: z.number(),
  what: z.string(),
  /** `capture file#frame number` or `journal#record`. */
  at: z.string().optional(),
});
export type WitnessStep = z.infer<typeof witnessStepSchema>;

export const witnessSchema = z.object({
  /** First logical block address concerned. */
  lba: z.int().nonnegative().optional(),
  host: z.string().optional(),
  /** Path of the original command. */
  path: z.string().optional(),
  /** Path of the retry or of the newer write. */
  otherPath: z.string().optional(),
  steps: z.array(witnessStepSchema),
});
export type Witness = z.infer<typeof witnessSchema>;

export const harmSchema = z.enum(['none', 'possible', 'landed']);
export type Harm = z.infer<typeof harmSchema>;

export const findingSchema = z.object({
  rule: ruleNameSchema,
  blame: z.enum(['host', 'target', 'kernel']),
  /** Name of the VM that is blamed. */
  blamed: z.string(),
  harm: harmSchema.nullable(),
  sentence: z.string(),
  witness: witnessSchema,
});
export type Finding = z.infer<typeof findingSchema>;

export const ruleStatusSchema = z.object({
  rule: ruleNameSchema,
  status: z.enum(['held', 'violated', 'inconclusive', 'not-judged']),
  reason: z.string(),
});
export type RuleStatus = z.infer<typeof ruleStatusSchema>;

/** Margins of one association that was given up, in ms; negative is a violation. */
export const marginSchema = z.object({
  association: z.string(),
  host: z.string(),
  path: z.string(),
  /** When the host gave the association up, ms since the lab started. */
  giveUpMs: z.number(),
  /** Host fence end under the profile, ms since the lab started. */
  fenceEndMs: z.number(),
  fenceEndBy: z.enum(['ccr', 'reset', 'time']),
  /** First retry − host fence end. */
  firstRetryMinusFenceEndMs: z.number().nullable(),
  /** Target fence end − last apply of the association. */
  targetFenceEndMinusLastApplyMs: z.number().nullable(),
});
export type Margin = z.infer<typeof marginSchema>;

export const profileVerdictSchema = z.object({
  name: profileNameSchema,
  verdict: verdictValueSchema,
  margins: z.array(marginSchema),
});
export type ProfileVerdict = z.infer<typeof profileVerdictSchema>;

/** What the run exercised; counts of writes, at give-up where a moment is meant. */
export const exercisedSchema = z.object({
  /** Sent and unanswered when their association was given up. */
  outstanding: z.int().nonnegative(),
  /** Of those: complete at the target and not applied. */
  completeUnapplied: z.int().nonnegative(),
  /** Sent again elsewhere before the host fence end, under the deciding profile. */
  retriedEarly: z.int().nonnegative(),
  /** Of those: could still land when the retry was sent (complete, unapplied). */
  couldLand: z.int().nonnegative(),
  /** Applied after their own retry was sent. */
  landedLate: z.int().nonnegative(),
  /** Applies that no command explains. */
  unattributed: z.int().nonnegative(),
});
export type Exercised = z.infer<typeof exercisedSchema>;

export const verdictSchema = z.object({
  schema: z.literal('fenceline.verdict/v1'),
  scenario: z.string(),
  seed: z.int(),
  verdict: verdictValueSchema,
  asExpected: z.boolean(),
  /**
   * The recording that was judged: SHA-256 of the list of its parts, a line `SHA-256  path` each. Absent for
   * a recording that was cut and for judgements made before it was introduced.
   */
  recording: z.object({ sha256: z.string() }).optional(),
  /** What judged; absent in judgements made before it was introduced. */
  verifier: z.object({ version: z.string() }).optional(),
  profile: profileNameSchema,
  profiles: z.array(profileVerdictSchema),
  rules: z.array(ruleStatusSchema),
  findings: z.array(findingSchema),
  inconclusive: z.array(z.object({ reason: z.string() })),
  margins: z.array(marginSchema),
  exercised: exercisedSchema,
  /** The longest stall that the application saw, in ms; null when no I/O was done. */
  longestStallMs: z.number().nullable(),
  /** VM name → kernel. */
  kernels: z.record(
    z.string(),
    z.object({ name: z.string(), version: z.string(), capabilities: z.array(z.string()) }),
  ),
  /** Folder of the evidence. */
  evidence: z.string(),
  durationMs: z.record(z.string(), z.number()),
});
export type Verdict = z.infer<typeof verdictSchema>;
