import { Injectable } from '@nestjs/common';
import type { RuleName, Verdict } from '@fenceline/contracts';
import type { JobState, JudgementDetail } from '@fenceline/contracts/api';
import type { Principal } from '../access/principal.js';
import { ScenarioExpectations, type Expecting } from '../attempts/scenario-expectations.js';
import { recordChange } from '../audit/record-change.js';
import { Database } from '../database/database.js';
import type { Sql } from '../database/sql.js';
import { appendEvent } from '../events/append-event.js';
import { Problem } from '../http/problem.js';
import { outcomeOf, type JobOutcome } from '../state/outcome-of.js';
import { JudgementsReader } from './judgements.reader.js';

interface JudgedJob {
  project_id: string;
  owner: string;
  run_id: string;
  scenario_hash: string;
  scenario_name: string;
  /** Of a bigint. */
  seed: string;
  state: JobState;
}

/** A document, and what it is of. */
export interface GivenJudgement {
  jobId: string;
  evidenceSha256: string;
  document: Verdict;
  /** The version of the verifier that it must be of; any where it is not given. */
  version?: string;
}

/**
 * Adds judgements that were made elsewhere: the control plane decodes no captures. It checks that the document is of this
 * job, and the evidence one that an attempt of it published; what was expected it works out itself.
 */
@Injectable()
export class AddJudgementService {
  constructor(
    private readonly database: Database,
    private readonly expectations: ScenarioExpectations,
    private readonly judgements: JudgementsReader,
  ) {}

  /** @throws Problem `conflict` where the job has not finished: the first judgement is its worker's */
  async add(
    principal: Principal,
    jobId: string,
    evidenceSha256: string,
    document: Verdict,
  ): Promise<JudgementDetail> {
    const id = await this.database.transaction(async (sql) => {
      const given = { jobId, evidenceSha256, document };
      const judgement = await this.write(sql, principal, given, 'body.document');
      await recordChange(sql, judgement.id);
      return judgement.id;
    });
    return this.judgements.show(principal, id);
  }

  /**
   * The same in the transaction of whoever has it judged.
   *
   * @param place of the document in the request, for what is wrong with it
   */
  async write(
    sql: Sql,
    { projectId, owner }: Pick<Principal, 'projectId' | 'owner'>,
    { jobId, evidenceSha256, document, version: wanted }: GivenJudgement,
    place: string,
  ): Promise<{ id: string; rules: RuleName[] }> {
    const job = await findJob(sql, projectId, jobId);
    const version = checkDocument(job, document, place, wanted);
    const attemptId = await findEvidence(sql, jobId, evidenceSha256);
    const expecting = await this.expectations.of(sql, job.project_id, job.scenario_hash);
    const judged = judge(expecting, document, place);
    const [row] = await sql.query<{ id: string }>(
      `INSERT INTO judgements (project_id, owner, job_id, attempt_id, evidence_sha256, verifier_version,
                                 profile, verdict, as_expected, rules, document)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) RETURNING id`,
      [
        job.project_id,
        owner,
        jobId,
        attemptId,
        evidenceSha256,
        version,
        document.profile,
        document.verdict,
        judged.asExpected,
        judged.rules,
        document,
      ],
    );
    const { verdict, profile } = document;
    await appendEvent(sql, {
      projectId: job.project_id,
      owner: job.owner,
      type: 'judgement.added',
      runId: job.run_id,
      jobId,
      attemptId,
      data: { judgementId: row!.id, verdict, profile, verifierVersion: version },
    });
    return { id: row!.id, rules: judged.rules };
  }
}

async function findJob(sql: Sql, projectId: string, jobId: string): Promise<JudgedJob> {
  const [job] = await sql.query<JudgedJob>(
    `SELECT project_id, owner, run_id, scenario_hash, scenario_name, seed, state
       FROM jobs WHERE project_id = $1 AND id = $2`,
    [projectId, jobId],
  );
  if (job === undefined) throw new Problem('not-found', `There is no job ${jobId}.`);
  if (job.state !== 'finished') {
    throw new Problem('conflict', 'This job has not finished: its worker judges it first.');
  }
  return job;
}

/** @returns the verifier's version */
function checkDocument(
  job: JudgedJob,
  { scenario, seed, verifier }: Verdict,
  place: string,
  wanted = verifier?.version,
): string {
  if (scenario !== job.scenario_name) {
    throw invalid(`${place}.scenario`, `is not ${job.scenario_name}, the scenario of this job`);
  }
  if (seed !== Number(job.seed)) {
    throw invalid(`${place}.seed`, `is not ${job.seed}, the seed of this job`);
  }
  if (verifier === undefined) throw invalid(`${place}.verifier`, 'is missing');
  if (verifier.version !== wanted) {
    throw invalid(`${place}.verifier.version`, `is not ${wanted}, which is to judge`);
  }
  return verifier.version;
}

/** The attempt that published this evidence. */
async function findEvidence(sql: Sql, jobId: string, sha256: string): Promise<string> {
  const [row] = await sql.query<{ id: string }>(
    `SELECT attempt.id FROM attempts attempt
       JOIN artifacts artifact ON artifact.attempt_id = attempt.id
      WHERE attempt.job_id = $1 AND artifact.kind = 'evidence' AND artifact.sha256 = $2
      ORDER BY attempt.number DESC LIMIT 1`,
    [jobId, sha256],
  );
  if (row === undefined) {
    throw invalid('body.evidenceSha256', 'is not evidence that an attempt of this job published');
  }
  return row.id;
}

function judge(scenario: Expecting, document: Verdict, place: string): JobOutcome {
  try {
    return outcomeOf(scenario, document);
  } catch (error) {
    if (error instanceof RangeError) throw invalid(`${place}.profile`, error.message);
    throw error;
  }
}

function invalid(field: string, message: string): Problem {
  return new Problem('invalid-request', `${field}: ${message}`, {
    errors: [{ field, message }],
  });
}
