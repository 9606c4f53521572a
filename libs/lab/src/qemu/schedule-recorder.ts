import { readdir, readFile } from 'node:fs/promises';
import type { Clock, LabEvent } from '@fenceline/contracts';
import type { Vm } from '@fenceline/vm';

const intervalMs = 1000;

interface Seen {
  t: number;
  waitedNs: number;
}

/**
 * Writes down, second by second, how long each VM's QEMU was ready to run and did not: a guest that had to
 * wait for the processor complains of stalls without fault of its own.
 *
 * Source: the kernel's schedstat of every thread (Documentation/scheduler/sched-stats.rst, second field).
 * Where the machine's kernel has none, nothing is recorded and stall messages do not count.
 */
export class ScheduleRecorder {
  private readonly last = new Map<Vm, Seen>();
  private readonly timer: NodeJS.Timeout;

  constructor(
    private readonly clock: Clock,
    private readonly vms: () => Iterable<Vm>,
    private readonly record: (event: LabEvent) => void,
  ) {
    this.timer = setInterval(() => void this.sample(), intervalMs);
  }

  stop(): void {
    clearInterval(this.timer);
  }

  private async sample(): Promise<void> {
    for (const vm of this.vms()) {
      const waitedNs = await waitedBy(vm.pid);
      if (waitedNs === null) continue;
      const now = { t: this.clock.now(), waitedNs };
      const before = this.last.get(vm);
      this.last.set(vm, now);
      if (!before) continue;
      this.record({
        t: now.t,
        kind: 'vm-schedule',
        vm: vm.name,
        windowNs: now.t - before.t,
        waitedNs: Math.max(0, now.waitedNs - before.waitedNs),
      });
    }
  }
}

/** Nanoseconds for which the threads of a process waited on run queues, or null when it cannot be read. */
async function waitedBy(pid: number): Promise<number | null> {
  const folder = `/proc/${pid}/task`;
  try {
    let waited = 0;
    for (const thread of await readdir(folder)) {
      waited += Number((await readFile(`${folder}/${thread}/schedstat`, 'utf8')).split(' ')[1]);
    }
    return waited;
  } catch {
    // The process or one of its threads has ended meanwhile.
    return null;
  }
}
