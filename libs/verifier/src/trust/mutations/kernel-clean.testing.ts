import type { Mutator, NearMiss, RuleMutations } from '../mutation.testing.js';
import type { Story } from '../story.testing.js';

/** A line on the console of one of the VMs. @returns the VM */
function says(story: Story, line: string): string {
  const vm = story.random.pick(['n1', ...story.workloads.map(({ host }) => host)]);
  story.builder.console(vm, story.random.int(60_000, 90_000), `[   60.123456] ${line}`);
  return vm;
}

/** How long the VM waited for the processor, second by second. */
function scheduled(story: Story, vm: string, waitedNs: number): void {
  for (let second = 1; second <= 100; second++) {
    const t = second * 1e9;
    story.builder.event({ t, kind: 'vm-schedule', vm, windowNs: 1e9, waitedNs });
  }
}

const reports = (name: string, line: string): Mutator => ({
  name: `a kernel reports ${name}`,
  blame: 'kernel',
  apply: (story) => says(story, line),
});

const prints = (name: string, line: string): NearMiss => ({
  name: `a kernel prints ${name}`,
  apply: (story) => void says(story, line),
});

const rcuStall = 'rcu: INFO: rcu_preempt self-detected stall on CPU';

export const kernelClean: RuleMutations = {
  rule: 'kernel-clean',
  mutators: [
    reports('a BUG', 'kernel BUG at drivers/nvme/host/tcp.c:1234!'),
    reports('a WARNING', 'WARNING: CPU: 0 PID: 77 at drivers/nvme/host/core.c:500 nvme_x+0x1/0x2'),
    reports('a lockdep splat', 'WARNING: possible circular locking dependency detected'),
    reports('a KASAN finding', 'BUG: KASAN: slab-use-after-free in nvme_tcp_recv+0x10/0x90'),
    reports('a hung task', 'INFO: task kworker/0:1:12 blocked for more than 120 seconds.'),
    reports('a panic', 'Kernel panic - not syncing: Fatal exception'),
    {
      name: 'a kernel reports an RCU stall, having had the processor all the time',
      blame: 'kernel',
      apply(story) {
        const vm = says(story, rcuStall);
        scheduled(story, vm, 1e6);
        return vm;
      },
    },
  ],
  nearMisses: [
    prints('a warning of a driver', 'nvme nvme0: I/O 5 QID 1 timeout, aborting'),
    prints('that a controller had a fatal error', 'nvmet: ctrl 1 fatal error occurred!'),
    prints('its command line', 'Kernel command line: panic=-1 oops=panic lockdep=1'),
    {
      name: 'a kernel reports an RCU stall, having waited for the processor',
      apply: (story) => scheduled(story, says(story, rcuStall), 30e6),
    },
    {
      name: 'a kernel reports an RCU stall, and nobody saw whether it had the processor',
      apply: (story) => void says(story, rcuStall),
    },
  ],
};
