import { describe, expect, it } from 'vitest';
import { parseBzImage, unpackKernel } from './boot-kernel.js';
import { makeBzImage } from './bzimage.testing.js';
import { makeElf } from './elf.testing.js';

describe('a kernel image', () => {
  it('says its release', () => {
    expect(parseBzImage(makeBzImage('6.1.0-9-amd64'), 'x')).toMatchObject({
      release: '6.1.0-9-amd64',
      versionLine: '6.1.0-9-amd64 (someone@somewhere) #1 SMP',
    });
  });

  it('is unpacked when it can be entered without its decompressor', async () => {
    const kernel = makeElf({ pvh: true });
    expect(await unpackKernel(parseBzImage(makeBzImage('6.1.0', kernel), 'x'))).toEqual(kernel);
  });

  it('is booted as it is when it cannot', async () => {
    const noEntry = makeBzImage('6.1.0', makeElf({}));
    expect(await unpackKernel(parseBzImage(noEntry, 'x'))).toBeUndefined();
    const unknown = makeBzImage('6.1.0');
    unknown.fill(0x7e, 1024);
    expect(await unpackKernel(parseBzImage(unknown, 'x'))).toBeUndefined();
    // The magic of xz with nonsense after it.
    Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0]).copy(unknown, 1024);
    expect(await unpackKernel(parseBzImage(unknown, 'x'))).toBeUndefined();
  });

  it('is told from other files, with what to give instead', () => {
    expect(() => parseBzImage(Buffer.alloc(4096), '/tmp/vmlinux')).toThrow(
      /\/tmp\/vmlinux is not a bzImage\. Give the file arch\/x86\/boot\/bzImage/,
    );
    expect(() => parseBzImage(makeBzImage('6.1.0').subarray(0, 1030), 'cut')).toThrow(
      /cut is not a complete bzImage/,
    );
  });
});
