import { ArchiveError, decompress, readTar, TarError, type TarFile } from '@fenceline/archive';
import { createReadStream } from 'node:fs';
import { mkdir, open, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { parseBzImage } from './boot-kernel.js';
import type { KernelImage } from './kernel-registry.js';
import { VmError } from './vm-error.js';
import { writePacked } from './write-packed.js';

/** What a packed kernel says of itself, in its `kernel.json`. */
export interface PackedKernel {
  schema: 'fenceline.packed-kernel/v1';
  /** `uname -r`, as the image has it too. */
  release: string;
  /** Version of the package, or the kernel's own version line. */
  version: string;
  /** What it can beyond a stock kernel. */
  capabilities: string[];
}

const MIB = 2 ** 20;
/** A packed kernel unpacks to at most this many times its size, and some room for small ones. */
const MOST_RATIO = 100;
const MOST_BYTES = 1024 * MIB;
const MOST_ENTRIES = 2000;
/** A bzImage says its release in its first 64 KiB. */
const HEAD_BYTES = 256 * 1024;

/** The files of a packed kernel, each with the most bytes that it may have. */
const FILES: readonly { name: RegExp; bytes: number }[] = [
  { name: /^kernel\.json$/, bytes: 64 * 1024 },
  { name: /^vmlinuz$/, bytes: 256 * MIB },
  { name: /^config$/, bytes: 4 * MIB },
  { name: /^modules\/modules\.builtin$/, bytes: MIB },
  { name: /^modules\/[A-Za-z0-9_]{1,64}\.ko$/, bytes: 64 * MIB },
];

/**
 * Packs a kernel of the registry into one file, a tar file compressed by zstd: `kernel.json`, `vmlinuz`, `config` where there
 * is one, and `modules/`. The same kernel gives the same bytes. The file appears when it is whole.
 *
 * @throws VmError when zstd is missing
 */
export async function packKernel(kernel: KernelImage, file: string): Promise<void> {
  const { release, version, capabilities } = kernel;
  const packed: PackedKernel = {
    schema: 'fenceline.packed-kernel/v1',
    release,
    version,
    capabilities: [...capabilities].sort(),
  };
  const manifest = Buffer.from(`${JSON.stringify(packed, undefined, 2)}\n`);
  const modules = (await readdir(kernel.modulesDir)).sort();
  const files = [
    { name: 'kernel.json', size: manifest.length, content: () => bytesOf(manifest) },
    await tarFile('vmlinuz', kernel.vmlinuz),
    ...(kernel.config === undefined ? [] : [await tarFile('config', kernel.config)]),
    ...(await Promise.all(
      modules.map((name) => tarFile(`modules/${name}`, join(kernel.modulesDir, name))),
    )),
  ];
  await writePacked(files, file);
}

/**
 * Reads a packed kernel from its bytes as they come and checks it on the way: plain files alone, only those that a kernel
 * has, each once, none too large, and not much more in all than the packed size lets expect.
 *
 * @param size bytes of the packed file
 * @param take gets each file and reads it to its end; what it has taken counts when this resolves
 * @throws VmError saying what is wrong with it, and whatever reading the bytes or `take` throws
 */
export async function readPackedKernel(
  chunks: AsyncIterable<Uint8Array>,
  size: number,
  take: (name: string, content: AsyncIterable<Uint8Array>) => Promise<void> = drain,
): Promise<PackedKernel> {
  const heads = new Map<string, Buffer>();
  const limits = {
    bytes: Math.min(MOST_BYTES, size * MOST_RATIO + MIB),
    entries: MOST_ENTRIES,
  };
  try {
    await readTar(decompress(chunks), limits, async ({ name, size: bytes, content }) => {
      checkFile(name, bytes, heads);
      await take(
        name,
        withHead(content, (head) => heads.set(name, head)),
      );
    });
    return checkedManifest(heads);
  } catch (error) {
    if (error instanceof TarError || error instanceof ArchiveError) {
      throw new VmError(`It is not a packed kernel: ${error.message}.`, { cause: error });
    }
    throw error;
  }
}

/** Unpacks a packed kernel into a new folder, as files of ours alone. @throws as `readPackedKernel` does */
export async function unpackKernelFile(file: string, folder: string): Promise<PackedKernel> {
  await mkdir(join(folder, 'modules'), { recursive: true });
  const { size } = await stat(file);
  return await readPackedKernel(createReadStream(file), size, async (name, content) => {
    const handle = await open(join(folder, name), 'wx', 0o600);
    try {
      for await (const chunk of content) await handle.writeFile(chunk);
    } finally {
      await handle.close();
    }
  });
}

function checkFile(name: string, bytes: number, seen: ReadonlyMap<string, unknown>): void {
  const known = FILES.find((file) => file.name.test(name));
  if (known === undefined) throw new TarError(`it holds ${JSON.stringify(name)}`);
  if (seen.has(name)) throw new TarError(`it has ${name} twice`);
  if (bytes > known.bytes) {
    throw new TarError(`${name} has ${bytes} bytes; ${known.bytes} are the most`);
  }
}

function checkedManifest(heads: ReadonlyMap<string, Buffer>): PackedKernel {
  const [json, image] = [heads.get('kernel.json'), heads.get('vmlinuz')];
  if (json === undefined) throw new TarError('it has no kernel.json');
  if (image === undefined) throw new TarError('it has no vmlinuz');
  if (![...heads.keys()].some((name) => name.startsWith('modules/'))) {
    throw new TarError('it has no modules');
  }
  const manifest = parseManifest(json.toString());
  if (manifest === undefined) throw new TarError('its kernel.json is not one of a packed kernel');
  const { release } = parseBzImage(image, 'its vmlinuz');
  if (release !== manifest.release) {
    throw new TarError(`its kernel.json says ${manifest.release}, its vmlinuz ${release}`);
  }
  return manifest;
}

function parseManifest(text: string): PackedKernel | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const { schema, release, version, capabilities } = value as Partial<Record<string, unknown>>;
  const isName = (one: unknown): one is string => typeof one === 'string' && one.length <= 200;
  if (schema !== 'fenceline.packed-kernel/v1' || !isName(release) || !isName(version)) {
    return undefined;
  }
  if (!Array.isArray(capabilities) || capabilities.length > 50 || !capabilities.every(isName)) {
    return undefined;
  }
  return { schema, release, version, capabilities };
}

async function tarFile(name: string, path: string): Promise<TarFile> {
  const { size } = await stat(path);
  return { name, size, content: () => createReadStream(path) };
}

async function* bytesOf(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(bytes);
}

/** Passes bytes on, and tells at the end how they began. */
async function* withHead(
  content: AsyncIterable<Uint8Array>,
  tell: (head: Buffer) => void,
): AsyncGenerator<Uint8Array> {
  const head: Uint8Array[] = [];
  let kept = 0;
  for await (const chunk of content) {
    if (kept < HEAD_BYTES) {
      head.push(chunk.slice(0, HEAD_BYTES - kept));
      kept += head.at(-1)!.length;
    }
    yield chunk;
  }
  tell(Buffer.concat(head));
}

async function drain(_name: string, content: AsyncIterable<Uint8Array>): Promise<void> {
  const chunks = content[Symbol.asyncIterator]();
  while ((await chunks.next()).done !== true);
}
