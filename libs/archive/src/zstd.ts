import { spawn, type ChildProcess } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { Readable, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { ArchiveError } from './archive-error.js';

/** What a file begins with when it was compressed by zstd (RFC 8878). */
const magic = [0x28, 0xb5, 0x2f, 0xfd];

/** True when the file begins as one of zstd does. */
export async function isZstd(path: string): Promise<boolean> {
  const file = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await file.read(new Uint8Array(4), 0, 4, 0);
    return bytesRead === 4 && magic.every((byte, i) => buffer[i] === byte);
  } finally {
    await file.close();
  }
}

/**
 * Compresses bytes into a new file. The window is as large as the default of every zstd can read, because
 * the two captures of a link hold the same frames far from each other.
 *
 * @param size of all the bytes, exactly: a small file then takes little memory to read
 * @param level of zstd, 1 to 19: what is kept for long is worth the time of a higher one
 * @throws ArchiveError when zstd is missing or fails, and whatever reading the bytes throws
 */
export async function compress(
  chunks: AsyncIterable<Uint8Array>,
  size: number,
  path: string,
  level = 12,
): Promise<void> {
  const args = ['-q', '-c', `-${level}`, '--long=27', '--check', `--stream-size=${size}`];
  const child = spawn('zstd', args, { stdio: ['pipe', 'pipe', 'pipe'] });
  const ended = endOf(child);
  try {
    await Promise.all([
      pipeline(Readable.from(chunks), child.stdin),
      pipeline(child.stdout, createWriteStream(path, { flags: 'wx' })),
    ]);
  } catch (error) {
    // Where zstd itself failed, that is the reason, and not that its pipe broke.
    if (pipeBroke.has(errorCode(error) ?? '')) check(await ended, path);
    child.kill('SIGKILL');
    await ended;
    throw error;
  }
  check(await ended, path);
}

/**
 * The bytes of a compressed file, or of compressed bytes as they come.
 *
 * @param source path of the file, or the bytes
 * @throws ArchiveError when zstd is missing, or the file is damaged; whatever reading the bytes throws
 */
export async function* decompress(
  source: string | AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  const isFile = typeof source === 'string';
  const child = spawn('zstd', ['-q', '-d', '-c', ...(isFile ? ['--', source] : [])], {
    stdio: [isFile ? 'ignore' : 'pipe', 'pipe', 'pipe'],
  });
  const ended = endOf(child);
  const fed = isFile ? null : feed(source, child.stdin!);
  try {
    for await (const chunk of child.stdout!) yield chunk as Uint8Array;
    const failure = await fed;
    if (failure !== null && !pipeBroke.has(errorCode(failure) ?? '')) throw failure;
    check(await ended, isFile ? source : 'the archive');
  } finally {
    child.kill('SIGKILL');
    await ended;
    await fed;
  }
}

/** Gives a child its input. Resolves to what went wrong, so that it can be awaited when the child has told its reason. */
async function feed(bytes: AsyncIterable<Uint8Array>, input: Writable): Promise<Error | null> {
  try {
    await pipeline(Readable.from(bytes), input);
    return null;
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

const pipeBroke = new Set(['EPIPE', 'ENOENT', 'ECONNRESET', 'ERR_STREAM_PREMATURE_CLOSE']);

interface Ended {
  /** Null when zstd ended well. */
  failure: string | null;
}

/**
 * What the child came to; it ends with this process at the latest. Never rejects, so that it can be awaited
 * where another failure is on its way.
 */
function endOf(child: ChildProcess): Promise<Ended> {
  let said = '';
  child.stderr?.on('data', (chunk: Buffer) => (said = (said + chunk.toString()).slice(-1000)));
  const kill = () => child.kill('SIGKILL');
  process.on('exit', kill);
  return new Promise((resolve) => {
    child.on('error', (error) => {
      process.off('exit', kill);
      resolve({
        failure:
          errorCode(error) === 'ENOENT'
            ? 'zstd is not installed. Install it: apt-get install -y zstd'
            : error.message,
      });
    });
    child.on('close', (code) => {
      process.off('exit', kill);
      resolve({
        failure: code === 0 ? null : said.trim() || `zstd ended with ${code ?? 'a signal'}`,
      });
    });
  });
}

function check({ failure }: Ended, path: string): void {
  if (failure === null) return;
  if (failure.includes('apt-get')) throw new ArchiveError(failure);
  // zstd names the file itself; said twice it would hide the reason.
  const reason = failure
    .replace(/^zstd: /, '')
    .replace('/*stdin*\\ : ', '')
    .replaceAll(`${path} : `, '')
    .replaceAll(`${path}: `, '');
  throw new ArchiveError(`${path} is damaged, or could not be written: ${reason}`);
}

function errorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string'
    ? error.code
    : undefined;
}
