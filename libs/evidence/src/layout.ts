import { partPathSchema } from '@fenceline/contracts';
import { EvidenceError } from './evidence-error.js';

/** Where everything lies inside a folder of evidence. */
export const layout = {
  manifest: 'manifest.json',
  scenario: 'scenario.yaml',
  plan: 'plan.json',
  timeline: 'timeline.jsonl',
  journal: 'backend/journal.fjl',
  finalImage: 'backend/final-image.jsonl',
  verdict: 'verdict.json',
  report: 'report.html',
  capture: (link: string, side: CaptureSide) => `captures/${link}.${side}.pcapng`,
  console: (vm: string) => `consoles/${vm}.log`,
  workload: (host: string, job: string, kind: 'json' | 'log') => `workload/${host}.${job}.${kind}`,
  qemu: (vm: string) => `qemu/${vm}.json`,
  /** A later judgement, made at a time (ISO 8601, UTC) under a profile. */
  judgement: (time: string, profile: string) =>
    `judgements/${time.replace(/[-:]/g, '')}-${profile}.json`,
} as const;

/** The end of a link at which a capture was taken. */
export type CaptureSide = 'host' | 'node';

/** True for the documents that judging puts beside the recording: they come later, so none is sealed. */
export function isJudgement(part: string): boolean {
  return part === layout.verdict || part === layout.report || part.startsWith('judgements/');
}

/**
 * Checks that the name of a part stays inside its folder and is portable.
 *
 * @throws EvidenceError for `..`, absolute paths, white space and the like.
 */
export function checkPartName(part: string): string {
  if (partPathSchema.safeParse(part).success) return part;
  throw new EvidenceError(
    `"${part}" cannot be the name of a part of the evidence: it must be a plain relative path of letters, digits, "_", ".", "-" and "+"`,
  );
}
