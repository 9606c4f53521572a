import type { Draft, Findings } from '../draft.js';
import type { FieldPath } from '../problem.js';

/** Expectations that can be met, and all be reached. */
export function checkExpect(draft: Draft, findings: Findings): void {
  let always: number | null = null;
  draft.expect.forEach(({ path, value: entry }, index) => {
    if (entry === undefined) return;
    if (always !== null) {
      findings.problem({
        path,
        message: `is never looked at: expect[${always}] has no \`capability\` and always matches`,
        mend: 'Put the entry without `capability` last.',
      });
    }
    if (entry.capability === undefined) always ??= index;
    if (entry.verdict !== 'violation' && entry.violates.length > 0) {
      findings.problem({
        path: [...path, 'violates'],
        message: `names rules, and the verdict is \`${entry.verdict}\``,
        mend: 'Write `verdict: violation`, or remove `violates`.',
        atName: true,
      });
    }
    entry.never.forEach((rule, at) => {
      if (rule !== '*others' && entry.violates.includes(rule)) {
        findings.problem({
          path: [...path, 'never', at],
          message: `\`${rule}\` is in \`violates\` too`,
          mend: 'Keep it in one of the two.',
        });
      }
    });
    if (Object.hasOwn(entry.under, entry.profile)) {
      findings.problem({
        path: [...path, 'under', entry.profile],
        message: 'is the profile that decides this entry',
        mend: 'Its verdict is `verdict`: remove it here.',
        atName: true,
      });
    }
  });
  checkControl(draft, findings);
  checkCounters(draft, findings);
}

function checkControl(draft: Draft, findings: Findings): void {
  const entries = draft.expect;
  const readable = entries.every(({ value }) => value !== undefined);
  if (!draft.control || !readable) return;
  if (entries.some(({ value }) => value?.verdict === 'violation')) return;
  findings.problem({
    path: ['control'],
    message: 'a control expects a violation, and no entry of `expect` does',
    mend: 'Add an entry with `verdict: violation`, or remove `control`.',
    atName: true,
  });
}

/** A counter that cannot be reached is allowed (the run is inconclusive then) but hardly meant. */
function checkCounters(draft: Draft, findings: Findings): void {
  const held = draft.exercise.held;
  if (typeof held !== 'number' || held === 0) return;
  const steps = draft.timeline;
  if (steps.some(({ value }) => value === undefined || value.do.hold?.node !== undefined)) return;
  const path: FieldPath = ['exercise', 'held'];
  findings.warning({
    path,
    message: 'no step holds writes: the run can only be inconclusive',
    mend: 'Add a step with `do: { hold: { node: … } }`.',
  });
}
