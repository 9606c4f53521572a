import { Injectable } from '@nestjs/common';
import type { Verdict } from '@fenceline/contracts';
import type { AttemptResult } from '@fenceline/contracts/api';
import type { Sql } from '../database/sql.js';
import { Problem } from '../http/problem.js';
import type { StepDetails } from '../state/apply-step.js';
import type { Seen } from '../state/seen.js';
import { outcomeOf, withoutVerdict, type JobOutcome } from '../state/outcome-of.js';
import type { PreparedUpload } from '../uploads/upload-publisher.js';
import { ScenarioExpectations, type Expecting } from './scenario-expectations.js';

/** What the result of an attempt makes of its job. */
@Injectable()
export class ResultOutcome {
  constructor(private readonly expectations: ScenarioExpectations) {}

  /** @throws Problem `invalid-request` where the judgement is not one of this job's evidence */
  async of(
    sql: Sql,
    { projectId, scenarioHash }: Seen,
    result: AttemptResult,
    uploads: readonly PreparedUpload[],
  ): Promise<StepDetails> {
    if (result.kind !== 'judged') {
      const { kind, message } = result;
      return { message, outcome: withoutVerdict(kind, message) };
    }
    const { verdict } = result;
    const evidenceSha256 =
      uploads.find(({ kind }) => kind === 'evidence')?.sha256 ?? verdict.recording?.sha256;
    if (evidenceSha256 === undefined) throw invalid('It does not say which recording was judged.');
    const outcome = judged(await this.expectations.of(sql, projectId, scenarioHash), verdict);
    return { outcome, judgement: { verdict, evidenceSha256 } };
  }
}

function judged(scenario: Expecting, verdict: Verdict): JobOutcome {
  try {
    return outcomeOf(scenario, verdict);
  } catch (error) {
    if (error instanceof RangeError) throw invalid(error.message);
    throw error;
  }
}

function invalid(message: string): Problem {
  return new Problem('invalid-request', message, {
    errors: [{ field: 'body.result.verdict', message }],
  });
}
