import { ArchiveError, decompress, readTar, TarError } from '@fenceline/archive';
import { imageRoleSchema, type ImageRole } from '@fenceline/contracts';
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DebianPackage } from './debian-packages.js';
import type { GuestImage } from './guest-image.js';
import { VmError } from './vm-error.js';
import { writePacked } from './write-packed.js';

/** What a packed guest image says of itself, in its `image.json`. */
export interface PackedImage {
  schema: 'fenceline.packed-image/v1';
  role: ImageRole;
  /** Release of the kernel that its modules are of. */
  release: string;
  /** Of the image itself: what a guest boots. */
  sha256: string;
  /** Bytes of it. */
  size: number;
  /** The Debian packages that its programs and libraries came from. */
  packages: DebianPackage[];
}

const MIB = 2 ** 20;
/** An image unpacks to at most this many times its packed size, and some room for small ones. */
const MOST_RATIO = 100;
const MOST_BYTES = 4096 * MIB;
const MOST_MANIFEST_BYTES = MIB;
const MOST_PACKAGES = 2000;
/** It is made once for each kernel and role while somebody waits, and libraries hardly pack better than this. */
const ZSTD_LEVEL = 3;

const MANIFEST = 'image.json';
const IMAGE = 'image.cpio';

/**
 * Packs a guest image into one file, a tar file compressed by zstd: `image.json` and `image.cpio`. The same image gives the
 * same bytes. The file appears when it is whole.
 *
 * @param release of the kernel that the image is for
 * @throws VmError when zstd is missing
 */
export async function packImage(
  { path, sha256, size, packages }: GuestImage,
  { role, release }: { role: ImageRole; release: string },
  file: string,
): Promise<void> {
  const schema = 'fenceline.packed-image/v1';
  const packed: PackedImage = { schema, role, release, sha256, size, packages };
  const manifest = Buffer.from(`${JSON.stringify(packed, undefined, 2)}\n`);
  const files = [
    { name: MANIFEST, size: manifest.length, content: () => bytesOf(manifest) },
    { name: IMAGE, size, content: () => createReadStream(path) },
  ];
  await writePacked(files, file, ZSTD_LEVEL);
}

/**
 * Reads a packed guest image from its bytes as they come and checks it on the way: its two files in their order, and that the
 * image is the one that it says.
 *
 * @param size bytes of the packed file
 * @param take gets the image's bytes, each chunk once
 * @throws VmError saying what is wrong with it, and whatever reading the bytes or `take` throws
 */
export async function readPackedImage(
  chunks: AsyncIterable<Uint8Array>,
  size: number,
  take: (chunk: Uint8Array) => Promise<void> | void = () => undefined,
): Promise<PackedImage> {
  const limits = { bytes: Math.min(MOST_BYTES, size * MOST_RATIO + MIB), entries: 2 };
  let manifest: PackedImage | undefined;
  let found: { sha256: string; size: number } | undefined;
  try {
    await readTar(decompress(chunks), limits, async ({ name, size: bytes, content }) => {
      if (name === MANIFEST && manifest === undefined) {
        manifest = await readManifest(bytes, content);
      } else if (name === IMAGE && manifest !== undefined) {
        const hash = createHash('sha256');
        for await (const chunk of content) {
          hash.update(chunk);
          await take(chunk);
        }
        found = { sha256: hash.digest('hex'), size: bytes };
      } else {
        throw new TarError(`it holds ${JSON.stringify(name)} where ${MANIFEST}, ${IMAGE} belong`);
      }
    });
    if (manifest === undefined) throw new TarError(`it has no ${MANIFEST}`);
    if (found === undefined) throw new TarError(`it has no ${IMAGE}`);
    if (found.sha256 !== manifest.sha256 || found.size !== manifest.size) {
      throw new TarError(`its ${IMAGE} is not the one that its ${MANIFEST} says`);
    }
    return manifest;
  } catch (error) {
    if (error instanceof TarError || error instanceof ArchiveError) {
      throw new VmError(`It is not a packed guest image: ${error.message}.`, { cause: error });
    }
    throw error;
  }
}

/** Unpacks a packed guest image into a folder, for `openImage`. @throws as `readPackedImage` does */
export async function unpackImage(file: string, folder: string): Promise<PackedImage> {
  await mkdir(folder, { recursive: true });
  const handle = await open(join(folder, IMAGE), 'wx', 0o644);
  try {
    const { size } = await stat(file);
    const manifest = await readPackedImage(createReadStream(file), size, async (chunk) => {
      await handle.writeFile(chunk);
    });
    // Whatever the umask is: QEMU reads it as a user of its own.
    await handle.chmod(0o644);
    await writeFile(join(folder, MANIFEST), JSON.stringify(manifest));
    return manifest;
  } finally {
    await handle.close();
  }
}

/** The guest image that was unpacked into a folder. @throws VmError where there is none */
export async function openImage(folder: string): Promise<GuestImage> {
  const manifest = parseManifest(await readFile(join(folder, MANIFEST), 'utf8').catch(() => ''));
  if (manifest === undefined) throw new VmError(`There is no guest image in ${folder}.`);
  const { sha256, size, packages } = manifest;
  return { path: join(folder, IMAGE), sha256, size, cached: true, packages };
}

async function readManifest(
  size: number,
  content: AsyncIterable<Uint8Array>,
): Promise<PackedImage> {
  if (size > MOST_MANIFEST_BYTES) throw new TarError(`its ${MANIFEST} has ${size} bytes`);
  const chunks: Uint8Array[] = [];
  for await (const chunk of content) chunks.push(Uint8Array.from(chunk));
  const manifest = parseManifest(Buffer.concat(chunks).toString());
  if (manifest === undefined) throw new TarError(`its ${MANIFEST} is not one of a guest image`);
  return manifest;
}

function parseManifest(text: string): PackedImage | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const { schema, role, release, sha256, size, packages } = value as Partial<
    Record<string, unknown>
  >;
  const known = imageRoleSchema.safeParse(role);
  if (schema !== 'fenceline.packed-image/v1' || !known.success || !isText(release))
    return undefined;
  if (!isSha256(sha256) || typeof size !== 'number' || !Array.isArray(packages)) return undefined;
  if (packages.length > MOST_PACKAGES || !packages.every(isPackage)) return undefined;
  return { schema, role: known.data, release, sha256, size, packages };
}

function isPackage(value: unknown): value is DebianPackage {
  if (typeof value !== 'object' || value === null) return false;
  const { name, version, sha256 } = value as Partial<Record<string, unknown>>;
  return isText(name) && isText(version) && isSha256(sha256);
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value.length <= 200;
}

function isSha256(value: unknown): value is string {
  return typeof value === 'string' && /^[0-9a-f]{64}$/.test(value);
}

async function* bytesOf(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(bytes);
}
