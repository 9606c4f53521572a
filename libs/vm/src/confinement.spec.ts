import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { confinement } from './confinement.js';
import { qemuUser } from './qemu-user.js';

const run = promisify(execFile);
const script = `
  echo uid=$(id -u)
  echo files=$(ulimit -n) core=$(ulimit -c) memory=$(ulimit -v)
  echo interfaces=$(ls /sys/class/net 2>/dev/null | wc -l)
  echo net=$(readlink /proc/self/ns/net)
`;

describe('what confines a VM', () => {
  it('limits it, and it gets no further than it was let', async () => {
    const [program, ...args] = await confinement('tcg', 512);
    const { stdout } = await run(program!, [...args, 'sh', '-c', script]);
    expect(stdout).toContain('files=256 core=0');
    expect(stdout).toContain(`memory=${(512 + 4096) * 1024}`);
    const write = run(program!, [...args, 'sh', '-c', 'echo x > /dev/shm/fenceline-$$']);
    await expect(write).rejects.toThrow();
  });

  it.runIf(process.getuid?.() === 0)(
    'is a user and, where it may, a network of its own',
    async () => {
      const [program, ...args] = await confinement('tcg', 512);
      const { stdout } = await run(program!, [...args, 'sh', '-c', script]);
      expect(stdout).toContain(`uid=${qemuUser()!.uid}`);
      if (program === 'unshare') {
        const { stdout: ours } = await run('readlink', ['/proc/self/ns/net']);
        expect(stdout).not.toContain(ours.trim());
      }
    },
  );

  it.runIf(process.getuid?.() === 0)('is another user in each process that runs a lab', () => {
    expect(qemuUser()!.uid).toBe(1_900_000_000 + process.pid);
  });
});
