import { createHash } from 'node:crypto';
import type { Finding, RuleName } from '@fenceline/contracts';
import { jobsOfGroupLimit, type FindingGroup } from '@fenceline/contracts/api';
import { groupBy } from '../group-by.js';
import { eventOrder } from './event-order.js';

/** A judged violation with its findings. */
export interface JudgedViolation {
  jobId: string;
  runId: string;
  seed: number;
  scenario: string;
  kernel: string;
  asExpected: boolean;
  /** ISO 8601. */
  at: string;
  findings: readonly Finding[];
}

interface Member {
  job: JudgedViolation;
  finding: Finding;
}

const harms = ['none', 'possible', 'landed'] as const;

/**
 * Puts findings together that tell the same story: rule, scenario and order of events.
 *
 * @param violations newest first
 * @param rule of which alone, where one is given
 * @returns the group with the newest finding first
 */
export function groupFindings(
  violations: readonly JudgedViolation[],
  rule?: RuleName,
): FindingGroup[] {
  const members = violations.flatMap((job) =>
    job.findings
      .filter((finding) => rule === undefined || finding.rule === rule)
      .map((finding) => ({ job, finding })),
  );
  return [...groupBy(members, keyOf)].map(([key, group]) => groupOf(key, group));
}

function keyOf({ job, finding }: Member): string {
  const story = JSON.stringify([finding.rule, job.scenario, eventOrder(finding)]);
  return createHash('sha256').update(story).digest('hex').slice(0, 16);
}

/** @param members newest first, and at least one */
function groupOf(key: string, members: readonly Member[]): FindingGroup {
  const { job: newest, finding } = members[0]!;
  const jobs = [...new Map(members.map(({ job }) => [job.jobId, job])).values()];
  const kernels = groupBy(jobs, ({ kernel }) => kernel);
  const worst = Math.max(
    ...members.map(({ finding: { harm } }) => (harm === null ? -1 : harms.indexOf(harm))),
  );
  return {
    key,
    rule: finding.rule,
    scenario: newest.scenario,
    blame: finding.blame,
    harm: harms[worst] ?? null,
    order: eventOrder(finding),
    sentence: finding.sentence,
    findings: members.length,
    jobs: jobs.length,
    notAsExpected: jobs.filter(({ asExpected }) => !asExpected).length,
    firstAt: jobs.at(-1)!.at,
    lastAt: newest.at,
    kernels: [...kernels]
      .map(([kernel, ofKernel]) => ({ kernel, jobs: ofKernel.length }))
      .sort((one, other) => other.jobs - one.jobs || one.kernel.localeCompare(other.kernel)),
    newest: jobs
      .slice(0, jobsOfGroupLimit)
      .map(({ jobId, runId, seed, kernel, asExpected, at }) => ({
        jobId,
        runId,
        seed,
        kernel,
        asExpected,
        at,
      })),
  };
}
