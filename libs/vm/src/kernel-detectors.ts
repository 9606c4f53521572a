/** What finds faults of a kernel in itself, with the option of its build configuration that brings it. */
const detectorOf: readonly (readonly [option: string, detector: string])[] = [
  ['BUG', 'BUG and WARNING'],
  ['DETECT_HUNG_TASK', 'hung task'],
  ['SOFTLOCKUP_DETECTOR', 'soft lockup'],
  ['HARDLOCKUP_DETECTOR', 'hard lockup'],
  ['RCU_STALL_COMMON', 'RCU stall'],
  ['PROVE_LOCKING', 'lockdep'],
  ['KASAN', 'KASAN'],
  ['KCSAN', 'KCSAN'],
  ['KFENCE', 'KFENCE'],
  ['UBSAN', 'UBSAN'],
  ['DEBUG_KMEMLEAK', 'kmemleak'],
  ['DEBUG_LIST', 'list corruption'],
];

/**
 * The detectors that a kernel was built with.
 *
 * @param config text of its build configuration, as in /boot/config-RELEASE
 */
export function kernelDetectors(config: string): string[] {
  const enabled = new Set(config.split('\n'));
  return detectorOf
    .filter(([option]) => enabled.has(`CONFIG_${option}=y`))
    .map(([, detector]) => detector);
}
