import type { Draft, Findings } from '../draft.js';
import { isRecord } from '../is-record.js';
import type { FieldPath } from '../problem.js';
import type { DoText, StepText, WhenText } from '../text/timeline.js';
import { formatDuration } from '../units.js';
import { resolveReferences, type Named } from './references.js';

/** Steps name what there is, come in an order that can be, and undo only what was done. */
export function checkTimeline(draft: Draft, root: unknown, findings: Findings): void {
  new TimelineCheck(draft, root, findings).run();
}

/** The faults that are open after the steps so far. */
class TimelineCheck {
  private readonly nodes: Named;
  private readonly links: Named;
  private readonly jobs: Named;
  private readonly heldNodes = new Set<string>();
  private readonly faultyNodes = new Set<string>();
  private readonly faultyLinks = new Set<string>();
  private lastAt = 0;
  /** False after a step that could not be read: what it did is not known. */
  private certain = true;

  constructor(
    private readonly draft: Draft,
    private readonly root: unknown,
    private readonly findings: Findings,
  ) {
    this.nodes = { noun: 'node', names: [...draft.nodes.keys()] };
    this.links = { noun: 'link', names: [...draft.links.keys()] };
    this.jobs = {
      noun: 'job',
      names: namesOfJobs(draft),
    };
  }

  run(): void {
    for (const { path, value: step } of this.draft.timeline) {
      if (step === undefined) {
        this.certain = false;
        continue;
      }
      this.checkTime(step, path);
      if (step.when !== undefined) this.checkEvent(step.when, [...path, 'when']);
      this.checkAction(step.do, [...path, 'do']);
    }
  }

  private checkTime(step: StepText, path: FieldPath): void {
    const run = this.draft.bounds.value?.run;
    for (const field of ['at', 'after'] as const) {
      const ms = step[field];
      if (ms === undefined || run === undefined || ms < run) continue;
      this.findings.problem({
        path: [...path, field],
        message: `${formatDuration(ms)} is not within the run, which ends after ${formatDuration(run)}`,
        mend: 'Write a shorter time, or raise `bounds.run`.',
      });
    }
    if (step.at === undefined) return;
    if (step.at < this.lastAt) {
      this.findings.problem({
        path: [...path, 'at'],
        message: `${formatDuration(step.at)} lies before a step above, at ${formatDuration(this.lastAt)}`,
        mend: 'Steps run one after another: put them in the order of their times.',
      });
    }
    this.lastAt = Math.max(this.lastAt, step.at);
  }

  private checkEvent(when: WhenText, path: FieldPath): void {
    if (when.held !== undefined) {
      const nodes = this.resolve(when.held.node, this.nodes, [...path, 'held', 'node']);
      this.expectHeld(nodes, [...path, 'held'], 'nothing holds writes there before this step');
    }
    if (when.newerWriteAcknowledged !== undefined) {
      const message = 'nothing holds writes before this step';
      this.expectHeld(this.nodes.names, [...path, 'newerWriteAcknowledged'], message);
    }
    if (when.appliedUnanswered !== undefined) {
      this.resolve(when.appliedUnanswered.node, this.nodes, [...path, 'appliedUnanswered', 'node']);
    }
    for (const event of ['firstRetry', 'giveUp', 'writes'] as const) {
      const links = when[event]?.link;
      if (links !== undefined) this.resolve(links, this.links, [...path, event, 'link']);
    }
    if (when.writes?.node !== undefined) {
      this.checkLinkedNodes(when.writes.node, [...path, 'writes', 'node']);
    }
    if (when.workloadEnded !== undefined) {
      this.resolve(when.workloadEnded.workload, this.jobs, [...path, 'workloadEnded', 'workload']);
    }
  }

  private checkLinkedNodes(references: readonly string[], path: FieldPath): void {
    const nodes = this.resolve(references, this.nodes, path);
    const links = [...this.draft.links.values()];
    if (nodes.length === 0 || links.some((link) => link.value === undefined)) return;
    if (links.some((link) => nodes.includes(link.value!.node))) return;
    this.findings.problem({
      path,
      message: 'no link leads there',
      mend: 'Name a node that has a link.',
    });
  }

  private checkAction(action: DoText, path: FieldPath): void {
    if (action.hold?.node !== undefined) {
      const nodes = this.resolve(action.hold.node, this.nodes, [...path, 'hold', 'node']);
      for (const node of nodes) {
        this.heldNodes.add(node);
        this.faultyNodes.add(node);
      }
    }
    for (const [name, done] of [
      ['release', action.release],
      ['discard', action.discard],
    ] as const) {
      if (done === undefined) continue;
      const nodes = this.resolve(done.node, this.nodes, [...path, name, 'node']);
      this.expectHeld(nodes, [...path, name], 'nothing is held there at this step');
      for (const node of nodes) this.heldNodes.delete(node);
    }
    for (const name of ['slow', 'fail'] as const) {
      const references = action[name]?.node;
      if (references === undefined) continue;
      const nodes = this.resolve(references, this.nodes, [...path, name, 'node']);
      for (const node of nodes) this.faultyNodes.add(node);
    }
    for (const name of ['hold', 'drop'] as const) {
      const references = action[name]?.link;
      if (references === undefined) continue;
      const links = this.resolve(references, this.links, [...path, name, 'link']);
      for (const link of links) this.faultyLinks.add(link);
    }
    this.checkRestore(action, [...path, 'restore']);
    if (action.stop !== undefined) {
      this.resolve(action.stop.workload, this.jobs, [...path, 'stop', 'workload']);
    }
  }

  private checkRestore(action: DoText, path: FieldPath): void {
    if (action.restore === undefined) return;
    const { link, node, direction } = action.restore;
    if (link !== undefined) {
      const links = this.resolve(link, this.links, [...path, 'link']);
      this.expectFault(links, this.faultyLinks, path);
      if (direction === undefined || direction === 'both') {
        for (const name of links) this.faultyLinks.delete(name);
      }
    }
    if (node !== undefined) {
      const nodes = this.resolve(node, this.nodes, [...path, 'node']);
      this.expectFault(nodes, this.faultyNodes, path);
      for (const name of nodes) {
        this.faultyNodes.delete(name);
        this.heldNodes.delete(name);
      }
    }
  }

  private expectHeld(nodes: readonly string[], path: FieldPath, message: string): void {
    if (!this.certain || nodes.length === 0 || nodes.some((node) => this.heldNodes.has(node)))
      return;
    this.findings.problem({
      path,
      message,
      mend: 'Put a step with `do: { hold: { node: … } }` above it.',
      atName: true,
    });
  }

  private expectFault(
    names: readonly string[],
    faulty: ReadonlySet<string>,
    path: FieldPath,
  ): void {
    if (!this.certain || names.length === 0 || names.some((name) => faulty.has(name))) return;
    this.findings.problem({
      path,
      message: 'there is no fault to end at this step',
      mend: 'Remove the step, or put the fault above it.',
      atName: true,
    });
  }

  private resolve(references: readonly string[], known: Named, path: FieldPath): string[] {
    return resolveReferences(references, known, path, isList(this.root, path), this.findings);
  }
}

function isList(root: unknown, path: FieldPath): boolean {
  let value = root;
  for (const part of path) value = (value as Record<string | number, unknown> | undefined)?.[part];
  return Array.isArray(value);
}

/** Also of jobs that are wrong otherwise: a step that names one is right. */
function namesOfJobs(draft: Draft): string[] {
  return draft.workloads.flatMap(({ raw }) =>
    isRecord(raw) && typeof raw.name === 'string' ? [raw.name] : [],
  );
}
