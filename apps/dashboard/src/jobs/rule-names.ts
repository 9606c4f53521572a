import type { RuleName } from '@fenceline/contracts';

/** Every rule, in the order of the documentation. The type says where one is missing. */
const rules: Readonly<Record<RuleName, true>> = {
  'no-early-retry': true,
  'no-write-after-fence': true,
  'no-stale-overwrite': true,
  'reads-consistent': true,
  'final-image': true,
  'payload-stable': true,
  'medium-equals-wire': true,
  'ccr-conformance': true,
  'keep-alive-duty': true,
  'fence-not-longer-than-needed': true,
  'fails-over-promptly': true,
  'recovers-in-time': true,
  'path-restored': true,
  'no-io-error': true,
  'kernel-clean': true,
};

export const ruleNames = Object.keys(rules) as RuleName[];
