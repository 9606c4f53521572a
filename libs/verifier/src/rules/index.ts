import type { Rule } from '../rule.js';
import { ccrConformance } from './ccr-conformance.js';
import { failsOverPromptly } from './fails-over-promptly.js';
import { fenceNotLongerThanNeeded } from './fence-not-longer-than-needed.js';
import { finalImage } from './final-image.js';
import { keepAliveDuty } from './keep-alive-duty.js';
import { kernelClean } from './kernel-clean.js';
import { mediumEqualsWire } from './medium-equals-wire.js';
import { noEarlyRetry } from './no-early-retry.js';
import { noIoError } from './no-io-error.js';
import { noStaleOverwrite } from './no-stale-overwrite.js';
import { noWriteAfterFence } from './no-write-after-fence.js';
import { pathRestored } from './path-restored.js';
import { payloadStable } from './payload-stable.js';
import { readsConsistent } from './reads-consistent.js';
import { recoversInTime } from './recovers-in-time.js';

/** The rules that this version judges. */
export const rules: readonly Rule[] = [
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
