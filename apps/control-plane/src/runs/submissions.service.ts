import { Injectable } from '@nestjs/common';
import type { NewRun, RunChanges, RunDetail, RunSpec } from '@fenceline/contracts/api';
import type { Principal } from '../access/principal.js';
import { recordChange } from '../audit/record-change.js';
import { Database } from '../database/database.js';
import { keepAnswer } from '../http/idempotency/keep-answer.js';
import { insertMatrix, insertRun } from './insert-run.js';
import { RegisteredKernels } from './registered-kernels.js';
import { countJobs, variantsOf, wantedGuests } from './matrix.js';
import { readRunScenarios } from './read-run-scenarios.js';
import { RunsService } from './runs.service.js';

/** Takes runs in: all of a run, or nothing, in one transaction. */
@Injectable()
export class SubmissionsService {
  constructor(
    private readonly database: Database,
    private readonly kernels: RegisteredKernels,
    private readonly runs: RunsService,
  ) {}

  /** @throws Problem `too-many-jobs`, `invalid-scenario`, `unknown-scenario`, `unknown-kernel`, `kernel-not-ready` */
  async submit(
    principal: Principal,
    given: NewRun,
    fromRunId: string | null = null,
  ): Promise<RunDetail> {
    const jobCount = countJobs(given);
    return this.database.transaction(async (sql) => {
      const scenarios = await readRunScenarios(sql, principal, given.scenarios);
      const kernels = given.kernels.length === 0 ? [null] : given.kernels;
      const wanted = kernels.flatMap((kernel) =>
        scenarios.flatMap((one) => wantedGuests(one.scenario, kernel)),
      );
      const pins =
        given.driver === 'simulated'
          ? new Map<string, never>()
          : await this.kernels.resolve(sql, principal.projectId, wanted);
      const { name = defaultName(scenarios.map(({ scenario }) => scenario.name)), ...matrix } =
        given;
      const spec: RunSpec = {
        ...matrix,
        scenarios: scenarios.map(({ hash, scenario }) => ({ hash, name: scenario.name })),
      };
      const id = await insertRun(sql, principal, { name, spec, jobCount, fromRunId });
      await insertMatrix(sql, principal, id, variantsOf(scenarios, given, pins), spec);
      const run = await this.runs.show(principal, id, sql);
      await recordChange(sql, id);
      await keepAnswer(sql, run);
      return run;
    });
  }

  /** Submits what a run was submitted as, with changes. */
  async clone(principal: Principal, runId: string, changes: RunChanges): Promise<RunDetail> {
    const { name, spec } = await this.runs.find(principal, runId);
    const scenarios = spec.scenarios.map(({ hash }) => ({ hash }));
    return this.submit(principal, { ...spec, name, scenarios, ...changes }, runId);
  }
}

function defaultName(names: readonly string[]): string {
  const [first, ...others] = names;
  return others.length === 0 ? first! : `${first} and ${others.length} more`;
}
