import type { JobFilter } from '@fenceline/contracts/api';

export interface JobListQuery {
  projectId: string;
  filter: JobFilter;
  /** The last row of the page before. */
  after: { createdAt: Date; key: string } | null;
  /** The most rows. */
  limit: number;
}

/** A statement for Postgres with its parameters. */
export interface Statement {
  text: string;
  values: unknown[];
}

export const jobColumns = `
  job.id, job.project_id, job.owner, job.run_id, job.scenario_hash, job.scenario_name, job.kernel, job.seed, job.repeat,
  job.driver, job.labels, job.priority, job.state, job.attempt_count, job.timeout_s, job.created_at, job.queued_at,
  job.finished_at, job.pinned, job.needs,
  outcome.outcome, outcome.as_expected, outcome.exit_code, outcome.rules, outcome.summary, outcome.decided_at,
  outcome.attempt_id, outcome.judgement_id`;

type Put = (value: unknown) => string;

interface Mark {
  kind: string;
  value: string;
  /** The condition, for the place of the value. */
  check: (place: string) => string;
}

/**
 * The jobs of a project that a filter means, newest first.
 *
 * Each way to look for jobs has an index in the order of the list, so that a page is read from it and ends when it is
 * full: columns of `jobs`, `job_marks` for what is no column, and for a part of a name the names first, as they are
 * few. Where several are given, one leads; other marks are merged with it, and columns are checked row by row.
 */
export function jobListQuery({ projectId, filter, after, limit }: JobListQuery): Statement {
  const values: unknown[] = [];
  const put: Put = (value) => `$${values.push(value)}`;
  const project = put(projectId);
  const marks = marksOf(filter);
  // A run is small enough to be looked through.
  const [lead, ...others] = filter.runId === undefined ? marks : [];
  const conditions = columnConditions(filter, put);
  if (lead === undefined) {
    for (const mark of marks) conditions.push(mark.check(put(mark.value)));
  }
  const tail = (time: string, key: string) => {
    if (after !== null) {
      conditions.push(`(${time}, ${key}) < (${put(after.createdAt)}, ${put(after.key)}::uuid)`);
    }
    return `WHERE ${conditions.join('\n  AND ')}
ORDER BY ${time} DESC, ${key} DESC LIMIT ${put(limit)}`;
  };
  const outcome = 'LEFT JOIN job_outcomes outcome ON outcome.job_id = job.id';

  if (lead !== undefined) {
    const marked = (alias: string, { kind, value }: Mark) =>
      `${alias}.project_id = ${project} AND ${alias}.kind = ${put(kind)} AND ${alias}.value = ${put(value)}`;
    // All are in the order of the list, so that they are merged in it.
    const joins = others.map(
      (mark, at) => `JOIN job_marks also${at} ON ${marked(`also${at}`, mark)}
   AND also${at}.created_at = mark.created_at AND also${at}.job_id = mark.job_id`,
    );
    if (filter.text !== undefined) conditions.push(textCondition('job.scenario_name', filter, put));
    conditions.unshift(marked('mark', lead));
    const text = `SELECT ${jobColumns}
  FROM job_marks mark ${joins.join('\n')} JOIN jobs job ON job.id = mark.job_id ${outcome}
${tail('mark.created_at', 'mark.job_id')}`;
    return { text, values };
  }
  conditions.unshift(`job.project_id = ${project}`);
  if (filter.text === undefined || filter.runId !== undefined || filter.scenario !== undefined) {
    if (filter.text !== undefined) conditions.push(textCondition('job.scenario_name', filter, put));
    const text = `SELECT ${jobColumns}
  FROM jobs job ${outcome}
${tail('job.created_at', 'job.id')}`;
    return { text, values };
  }
  const names = `SELECT DISTINCT name FROM scenarios
 WHERE project_id = ${project} AND ${textCondition('name', filter, put)}`;
  conditions.push('job.scenario_name = names.name');
  // The first of each name are merged; whole rows are read of those that are left alone.
  const text = `WITH names AS (${names}),
found AS (
SELECT job.id, job.created_at FROM names CROSS JOIN LATERAL (
SELECT job.id, job.created_at
  FROM jobs job
${tail('job.created_at', 'job.id')}) AS job
ORDER BY job.created_at DESC, job.id DESC LIMIT ${put(limit)})
SELECT ${jobColumns}
  FROM found JOIN jobs job ON job.id = found.id ${outcome}
ORDER BY found.created_at DESC, found.id DESC`;
  return { text, values };
}

/** What of a filter is in `job_marks`, and how it is checked on a row: the one that is rarest as a rule comes first. */
function marksOf({ rule, label, outcome, asExpected }: JobFilter): Mark[] {
  const marks: (Omit<Mark, 'value'> & { value: string | boolean | undefined })[] = [
    { kind: 'rule', value: rule, check: (place) => `${place} = ANY (outcome.rules)` },
    { kind: 'label', value: label, check: (place) => `${place} = ANY (job.labels)` },
    {
      kind: 'outcome',
      value: outcome,
      check: (place) => `outcome.outcome = ${place}::outcome_kind`,
    },
    {
      kind: 'expected',
      value: asExpected,
      check: (place) => `outcome.as_expected = ${place}::boolean`,
    },
  ];
  return marks.flatMap(({ value, ...mark }) =>
    value === undefined ? [] : [{ ...mark, value: String(value) }],
  );
}

function columnConditions(filter: JobFilter, put: Put): string[] {
  const { runId, state, kernel, scenario, owner, from, to } = filter;
  return [
    ...(runId === undefined ? [] : [`job.run_id = ${put(runId)}`]),
    ...(state === undefined ? [] : [`job.state = ${put(state)}::job_state`]),
    ...(kernel === undefined ? [] : [`job.kernel = ${put(kernel)}`]),
    ...(scenario === undefined ? [] : [`job.scenario_name = ${put(scenario)}`]),
    ...(owner === undefined ? [] : [`job.owner = ${put(owner)}`]),
    ...(from === undefined ? [] : [`job.created_at >= ${put(from)}`]),
    ...(to === undefined ? [] : [`job.created_at < ${put(to)}`]),
  ];
}

function textCondition(column: string, { text = '' }: JobFilter, put: Put): string {
  const pattern = text.replace(/[\\%_]/g, '\\$&');
  return `${column} ILIKE ${put(`%${pattern}%`)}`;
}
