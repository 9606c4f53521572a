import type { RuleMutations } from '../mutation.testing.js';
import { ccrConformance } from './ccr-conformance.testing.js';
import { failsOverPromptly } from './fails-over-promptly.testing.js';
import { fenceNotLongerThanNeeded } from './fence-not-longer-than-needed.testing.js';
import { finalImage } from './final-image.testing.js';
import { keepAliveDuty } from './keep-alive-duty.testing.js';
import { kernelClean } from './kernel-clean.testing.js';
import { mediumEqualsWire } from './medium-equals-wire.testing.js';
import { noEarlyRetry } from './no-early-retry.testing.js';
import { noIoError } from './no-io-error.testing.js';
import { noStaleOverwrite } from './no-stale-overwrite.testing.js';
import { noWriteAfterFence } from './no-write-after-fence.testing.js';
import { pathRestored } from './path-restored.testing.js';
import { payloadStable } from './payload-stable.testing.js';
import { readsConsistent } from './reads-consistent.testing.js';
import { recoversInTime } from './recovers-in-time.testing.js';

/** Of every rule, in the order of docs/rules. */
export const allMutations: readonly RuleMutations[] = [
  noEarlyRetry,
  noWriteAfterFence,
  noStaleOverwrite,
  readsConsistent,
  finalImage,
  payloadStable,
  mediumEqualsWire,
  ccrConformance,
  keepAliveDuty,
  fenceNotLongerThanNeeded,
  failsOverPromptly,
  recoversInTime,
  pathRestored,
  noIoError,
  kernelClean,
];
