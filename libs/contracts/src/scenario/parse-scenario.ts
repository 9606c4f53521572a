import { checkExpect } from './checks/expect.js';
import { checkTimeline } from './checks/timeline.js';
import { checkKernels } from './checks/kernels.js';
import { checkTopology } from './checks/topology.js';
import { checkWorkloads } from './checks/workload.js';
import { complaintsOf } from './complaints.js';
import { draftOf } from './draft.js';
import { isRecord } from './is-record.js';
import type { Scenario } from './model.js';
import { normalize } from './normalize.js';
import { byPlace, type Complaint, type ScenarioProblem } from './problem.js';
import { scenarioTextSchema } from './text/scenario.js';
import { YamlSource } from './yaml-source.js';

/** `warnings` are allowed and worth a word; they come with either outcome. */
export type ScenarioResult =
  | { ok: true; scenario: Scenario; warnings: ScenarioProblem[] }
  | { ok: false; problems: ScenarioProblem[]; warnings: ScenarioProblem[] };

/**
 * Reads a scenario file (YAML, version 1). Every problem is reported at once, sorted by place; where the
 * text is no YAML, those of its syntax alone.
 *
 * @param text the file's content
 * @param fileName as it shall appear in problems
 * @param kernels names that a VM's kernel may have; without them every name is taken as it is
 */
export function parseScenario(
  text: string,
  fileName: string,
  kernels?: readonly string[],
): ScenarioResult {
  const source = new YamlSource(text, fileName);
  if (!source.readable) {
    return { ok: false, problems: source.problems.toSorted(byPlace), warnings: [] };
  }
  const root = source.value;
  if (!isRecord(root)) {
    const complaint = {
      path: [],
      message: root === null ? 'the file is empty' : 'the file is not a map of fields',
      mend: 'Begin with `fenceline: 1`; the reference page lists the fields.',
    };
    const problems = [...source.problems, source.locate(complaint)];
    return { ok: false, problems: problems.toSorted(byPlace), warnings: [] };
  }

  const problems: Complaint[] = [];
  const warnings: Complaint[] = [];
  const parsed = scenarioTextSchema.safeParse(root);
  for (const issue of parsed.error?.issues ?? []) problems.push(...complaintsOf(issue, root));
  const draft = draftOf(root);
  const findings = {
    problem: (complaint: Complaint) => problems.push(complaint),
    warning: (complaint: Complaint) => warnings.push(complaint),
  };
  checkTopology(draft, findings);
  if (kernels !== undefined) checkKernels(draft, kernels, findings);
  checkWorkloads(draft, findings);
  checkTimeline(draft, root, findings);
  checkExpect(draft, findings);

  const place = (complaints: readonly Complaint[]) =>
    complaints
      .filter((complaint) => !source.isSpoilt(complaint.path))
      .map((complaint) => source.locate(complaint));
  const located = [...source.problems, ...place(problems)].toSorted(byPlace);
  const placedWarnings = place(warnings).toSorted(byPlace);
  if (parsed.success && located.length === 0) {
    return { ok: true, scenario: normalize(parsed.data), warnings: placedWarnings };
  }
  return { ok: false, problems: located, warnings: placedWarnings };
}
