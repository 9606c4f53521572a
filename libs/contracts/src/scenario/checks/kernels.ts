import type { Draft, Findings } from '../draft.js';
import { checkReference } from './references.js';

/** Every kernel that a VM names is one of those that there are. */
export function checkKernels(draft: Draft, names: readonly string[], findings: Findings): void {
  for (const parts of [draft.nodes, draft.hosts]) {
    for (const { path, value } of parts.values()) {
      if (value === undefined) continue;
      checkReference(value.kernel, { noun: 'kernel', names }, [...path, 'kernel'], findings);
    }
  }
}
