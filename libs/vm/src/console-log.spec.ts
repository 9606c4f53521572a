import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ConsoleLog, kernelTrouble } from './console-log.js';
import { testFolder } from './folder.testing.js';

describe('a console', () => {
  it('is written line by line with the time, however it comes in', async () => {
    const path = join(await testFolder(), 'vm.log');
    let now = 0;
    const log = await ConsoleLog.open(path, { now: () => (now += 10) });
    const heard: string[] = [];
    const stop = log.onLine(({ t, text }) => heard.push(`${t} ${text}`));
    const bytes = Buffer.from('\u001bc\u001b[2Jfirst\r\nsécond\nthi');
    for (const byte of bytes) log.push(Buffer.of(byte));
    stop();
    log.push(Buffer.from('rd\nlast without an end'));
    await log.close();
    expect(heard).toEqual(['10 first', '20 sécond']);
    expect(log.lastLines(2)).toEqual(['third', 'last without an end']);
    expect(await readFile(path, 'utf8')).toBe(
      '10 first\n20 sécond\n30 third\n40 last without an end\n',
    );
  });

  it('cuts a line that never ends', async () => {
    const log = await ConsoleLog.open(join(await testFolder(), 'vm.log'), { now: () => 0 });
    log.push(Buffer.alloc(10_000, 'x'));
    await log.close();
    expect(log.lastLines(10).map((line) => line.length)).toEqual([4096, 4096, 1808]);
  });

  it('cannot begin where nothing can be written', async () => {
    await expect(ConsoleLog.open('/no/such/vm.log', { now: () => 0 })).rejects.toThrow(
      /The console cannot be written to \/no\/such\/vm\.log/,
    );
  });
});

describe("the kernel's trouble", () => {
  it.each([
    ['Kernel panic - not syncing: sysrq triggered crash', 'panic'],
    ['[ 1.0] BUG: kernel NULL pointer dereference, address: 0', 'bug'],
    ['kernel BUG at lib/list_debug.c:26!', 'bug'],
    ['general protection fault, probably for non-canonical address', 'bug'],
    ['BUG: KASAN: use-after-free in nvme_tcp_recv', 'bug'],
    ['INFO: task kworker/0:1:12 blocked for more than 120 seconds.', 'bug'],
    ['WARNING: CPU: 0 PID: 1 at drivers/nvme/target/tcp.c:1', 'warning'],
    ['watchdog: BUG: soft lockup - CPU#0 stuck for 26s!', 'stall'],
    ['rcu: INFO: rcu_preempt detected stalls on CPUs/tasks:', 'stall'],
    ['nvme nvme0: I/O tag 1 (3001) type 4 opcode 0x18 QID 0 timeout', undefined],
    ['nvmet: ctrl 1 fatal error occurred!', undefined],
  ])('in %j is %s', (line, trouble) => {
    expect(kernelTrouble(line)).toBe(trouble);
  });
});
