/** The example of the reference page: a scenario that uses most of what there is. */
export const exampleScenario = `fenceline: 1
name: held-writes-of-a-failed-path
description: Node A's writes are stuck when its link fails; they land after newer ones.

subsystem:
  namespaces: [{ size: 64MiB, blockSize: 4096 }]

array:
  nodes:
    A: { kernel: debian:6.1, cntlid: [1, 99] }
    B: { kernel: debian:6.1, cntlid: [100, 199] }

hosts:
  host1:
    kernel: debian:6.1
    keepAlive: 5s
    ioTimeout: 30s
    ioPolicy: round-robin

links:
  A: { host: host1, node: A }
  B: { host: host1, node: B }

workload:
  - name: writers
    fio: { rw: randwrite, bs: 4k, numjobs: 8, rate_iops: 50, size: 32k, offset_increment: 32k }

timeline:
  - at: 2s
    jitter: 200ms
    do: { hold: { node: A } }
  - when: { held: { node: A, writes: 4 }, within: 10s }
    do: { drop: { link: A } }
  - when: { newerWriteAcknowledged: {}, within: 40s }
    do: { stop: {} }
  - when: { workloadEnded: {}, within: 20s }
    do: { release: { node: A } }
  - after: 500ms
    do: { restore: { link: A } }

exercise:
  completeUnapplied: 4

expect:
  - capability: ccr
    verdict: pass
  - verdict: violation
    violates: [no-stale-overwrite, no-early-retry]
    never: ['*others']
    under: { cqt-zero-immediate: violation, tp4129-strict: violation }
control: true
`;

/** Two ports of one node: the layout in which controllers of one kernel target can know each other. */
export const examplePorts = `array:
  nodes:
    A: { ports: 2 }
links:
  A1: { host: host1, node: A, port: 1 }
  A2: { host: host1, node: A, port: 2 }
`;

/** Our own host and controllers, on two nodes that relay resets to each other. */
export const exampleReference = `array:
  nodes:
    A: { kind: reference, cntlid: [1, 99], cqt: 20s, ccr: { takes: 3s } }
    B: { kind: reference, cntlid: [100, 199], cqt: 20s }
hosts:
  host1: { kind: reference, fence: ccr }
links:
  A: { host: host1, node: A }
  B: { host: host1, node: B }
  AB: { nodes: [A, B] }
`;
