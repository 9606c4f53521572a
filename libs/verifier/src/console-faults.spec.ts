import { describe, expect, it } from 'vitest';
import { faultOf } from './console-faults.js';

describe('console faults', () => {
  it.each([
    ['rcu: INFO: rcu_sched self-detected stall on CPU', 'RCU stall'],
    ['rcu: INFO: rcu_preempt detected stalls on CPUs/tasks:', 'RCU stall'],
    ['watchdog: BUG: soft lockup - CPU#0 stuck for 22s! [fio:1]', 'soft lockup'],
    [
      'BUG: workqueue lockup - pool cpus=0 node=0 flags=0x0 nice=0 stuck for 31s!',
      'workqueue lockup',
    ],
    ['NMI watchdog: Watchdog detected hard LOCKUP on cpu 0', 'hard lockup'],
    [
      "clocksource: timekeeping watchdog on CPU0: Marking clocksource 'tsc' as unstable",
      'clocksource',
    ],
    ['BUG: KASAN: slab-use-after-free in nvme_tcp_io_work+0x1/0x2', 'KASAN'],
    ['UBSAN: array-index-out-of-bounds in drivers/nvme/host/tcp.c:1:2', 'UBSAN'],
    ['WARNING: possible circular locking dependency detected', 'lockdep'],
    ['WARNING: suspicious RCU usage', 'lockdep'],
    ['BUG: MAX_LOCKDEP_ENTRIES too low!', 'lockdep'],
    ['refcount_t: underflow; use-after-free.', 'refcount'],
    ['list_del corruption. prev->next should be ffff, but was 0000', 'list corruption'],
    ['INFO: task fio:123 blocked for more than 120 seconds.', 'hung task'],
    [
      'general protection fault, probably for non-canonical address 0xdead: 0000 [#1]',
      'general protection fault',
    ],
    ['Kernel panic - not syncing: Attempted to kill init!', 'panic'],
    ['BUG: kernel NULL pointer dereference, address: 0000000000000008', 'BUG'],
    ['kernel BUG at drivers/nvme/host/core.c:123!', 'BUG'],
    ['BUG: sleeping function called from invalid context at mm/slab.h:1', 'BUG'],
    ['WARNING: CPU: 0 PID: 12 at fs/inode.c:1 iput+0x1/0x2', 'WARNING'],
    ['WARNING: drivers/nvme/host/core.c:8 at nvme_end_req+0x20/0x41, CPU#0: fio/12', 'WARNING'],
    ['WARNING: at nvme_end_req+0x20/0x41, CPU#0: fio/12', 'WARNING'],
    ['INFO: task fio:123 blocked in I/O wait for more than 120 seconds.', 'hung task'],
    ['Oops: 0002 [#1] PREEMPT SMP NOPTI', 'oops'],
  ])('knows %s', (line, name) => {
    expect(faultOf(`[   12.345678] ${line}`)?.name).toBe(name);
  });

  it.each([
    'Kernel command line: console=ttyS0 quiet panic=-1 oops=panic',
    'nvme nvme0: I/O tag 1 (3001) type 4 opcode 0x18 (Admin Cmd) QID 0 timeout',
    'nvme nvme0: failed nvme_keep_alive_end_io error=10',
    'nvmet: ctrl 1 fatal error occurred!',
    'nvmet: ctrl 1 keep-alive timer (5 seconds) expired!',
    'Spectre V2 : WARNING: Unprivileged eBPF is enabled with eIBRS on',
    'process 12 (fio) is using a deprecated interface',
    'rcu: RCU restricting CPUs from NR_CPUS=8192 to nr_cpu_ids=1.',
    'clocksource: Switched to clocksource tsc',
    'DEBUG: not a fault',
  ])('takes for clean: %s', (line) => {
    expect(faultOf(`[   12.345678] ${line}`)).toBeUndefined();
  });
});
