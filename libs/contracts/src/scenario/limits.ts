/** Every limit of a scenario file in one place. Sizes are in bytes, times in ms. */

const KIB = 1024;
const MIB = 1024 * KIB;
const GIB = 1024 * MIB;

export const scenarioLimits = {
  /** Size of the file as UTF-8. */
  textBytes: 256 * KIB,
  /** Maps and lists inside each other. */
  depth: 24,
  /** Maps, lists and values in all. */
  values: 20_000,

  nodes: 8,
  portsPerNode: 8,
  hosts: 4,
  links: 32,
  workloads: 16,
  steps: 200,
  expectations: 16,
  queues: 16,
  descriptionCharacters: 4_000,

  /** Below this the guest image does not unpack. */
  memoryMin: 320 * MIB,
  memoryMax: 16 * GIB,
  namespaceMin: MIB,
  namespaceMax: 1024 * GIB,
  /** FFEFh: the values above it are reserved. */
  cntlidMax: 0xffef,
  durationMs: 24 * 3_600_000,
  count: 1_000_000,
} as const;
