import { readFile } from 'node:fs/promises';
import { gunzipSync } from 'node:zlib';
import { runCommand } from './command.js';
import { hasPvhEntry, isElf64 } from './elf.js';
import { VmError } from './vm-error.js';

const HEADER_MAGIC = 0x53726448; // "HdrS"
const LZMA_MAGIC = [0x5d, 0, 0];

/** How each compression of a kernel begins, and the command that undoes it. */
const COMPRESSIONS: readonly { magic: readonly number[]; program: string; args: string[] }[] = [
  { magic: [0xfd, 0x37, 0x7a, 0x58, 0x5a], program: 'xz', args: ['-dc'] },
  { magic: [0x28, 0xb5, 0x2f, 0xfd], program: 'zstd', args: ['-dc'] },
  { magic: [0x02, 0x21, 0x4c, 0x18], program: 'lz4', args: ['-dc'] },
  { magic: [0x42, 0x5a, 0x68], program: 'bzip2', args: ['-dc'] },
  { magic: LZMA_MAGIC, program: 'xz', args: ['-dc', '--format=lzma'] },
];

/** What a bzImage's header says (kernel: Documentation/arch/x86/boot.rst). */
export interface BzImage {
  /** Kernel release as `uname -r` prints it. */
  release: string;
  /** The whole version line: release, builder, build number and date. */
  versionLine: string;
  /** The compressed kernel within the file. */
  payload: Uint8Array;
}

/**
 * Reads the header of a kernel image.
 *
 * @param from names the file in errors
 * @throws VmError when it is not a bzImage of protocol 2.08 (2007) or later
 */
export function parseBzImage(bytes: Uint8Array, from: string): BzImage {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 0x268 || view.getUint32(0x202, true) !== HEADER_MAGIC) {
    throw new VmError(
      `${from} is not a bzImage. Give the file arch/x86/boot/bzImage of a kernel build, or a package's boot/vmlinuz-….`,
    );
  }
  const sectors = bytes[0x1f1]! === 0 ? 4 : bytes[0x1f1]!;
  const versionAt = view.getUint16(0x20e, true) + 0x200;
  const versionEnd = bytes.indexOf(0, versionAt);
  const versionLine = Buffer.from(bytes.subarray(versionAt, versionEnd)).toString('latin1');
  const payloadAt = (sectors + 1) * 512 + view.getUint32(0x248, true);
  const payload = bytes.subarray(payloadAt, payloadAt + view.getUint32(0x24c, true));
  if (view.getUint16(0x206, true) < 0x0208 || payload.length < 16 || versionEnd < versionAt) {
    throw new VmError(`${from} is not a complete bzImage.`);
  }
  return { release: versionLine.split(' ')[0] ?? '', versionLine, payload };
}

/**
 * The kernel within a bzImage, unpacked here rather than by the guest, which under emulation takes
 * seconds for it. It is the same kernel, entered by the PVH protocol.
 *
 * @returns undefined when it cannot be entered so, or its compression is one that this machine has
 *   no program for: then the bzImage is booted as it is
 */
export async function unpackKernel(image: BzImage): Promise<Uint8Array | undefined> {
  const { payload } = image;
  let kernel: Uint8Array;
  if (payload[0] === 0x1f && payload[1] === 0x8b) {
    kernel = gunzipSync(payload);
  } else {
    const compression = COMPRESSIONS.find(({ magic }) =>
      magic.every((byte, index) => payload[index] === byte),
    );
    if (compression === undefined) return undefined;
    // The kernel's build appends the unpacked size, which is no part of the compressed stream.
    const unpacked = await runCommand(compression.program, compression.args, {
      input: payload.subarray(0, payload.length - 4),
    }).catch(() => undefined);
    const size = new DataView(payload.buffer, payload.byteOffset + payload.length - 4, 4);
    if (unpacked?.exitCode !== 0 || unpacked.stdout.length !== size.getUint32(0, true)) {
      return undefined;
    }
    kernel = unpacked.stdout;
  }
  return isElf64(kernel) && hasPvhEntry(kernel) ? kernel : undefined;
}

/** Reads and checks a kernel image from a file. */
export async function readBzImage(file: string): Promise<BzImage> {
  return parseBzImage(await readFile(file), file);
}
