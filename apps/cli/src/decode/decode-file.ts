import { open, type FileHandle } from 'node:fs/promises';
import { CaptureReader, unpackingTool, type CaptureSummary } from '@fenceline/capture';
import { CaptureDecoder, type DecodedCommand } from '@fenceline/history/decode';
import { messageOf } from '../message-of.js';
import type { RowFormat, RowSource } from './row-format.js';
import { RowWriter } from './row-writer.js';
import { troublesOf } from './troubles.js';

const CHUNK_BYTES = 1024 * 1024;
const STDIN = '-';

/** What became of one file. */
export interface DecodedFile {
  /** Sentences for stderr: what the rows do not show. */
  remarks: string[];
  /** Why the file could not be read, or not to its end; null when it could. */
  problem: string | null;
}

/** Decodes one capture file, or standard input for `-`, and writes its rows as they come. */
export async function decodeFile(
  file: string,
  ports: readonly number[] | null,
  format: RowFormat,
  writer: RowWriter,
): Promise<DecodedFile> {
  let handle: FileHandle | null = null;
  try {
    if (file !== STDIN) handle = await open(file, 'r');
    return await decodeChunks(file, ports, format, writer, handle);
  } catch (error) {
    return { remarks: [], problem: `cannot be read: ${messageOf(error)}` };
  } finally {
    await handle?.close();
  }
}

async function decodeChunks(
  file: string,
  ports: readonly number[] | null,
  format: RowFormat,
  writer: RowWriter,
  handle: FileHandle | null,
): Promise<DecodedFile> {
  const source: RowSource = { file, originSeconds: 0, firstAt: Number.NaN };
  const onCommand = (command: DecodedCommand) => writer.add(format.row(command, source));
  const decoder = new CaptureDecoder(onCommand, ports ?? undefined);
  const reader = new CaptureReader((packet) => {
    if (Number.isNaN(source.firstAt)) {
      source.firstAt = packet.t;
      source.originSeconds = reader.originSeconds;
    }
    decoder.packet(packet);
  });
  let head: Uint8Array | null = null;
  for await (const chunk of handle === null ? standardInput() : chunksOf(handle)) {
    head ??= chunk.slice(0, 4);
    reader.push(chunk);
    if (!(await writer.flush())) return { remarks: [], problem: null };
  }
  const summary = reader.end();
  decoder.finish();
  await writer.flush();
  return {
    remarks: troublesOf(decoder, summary.packets, reader.untimedPackets, ports),
    problem: problemOf(summary, head ?? new Uint8Array(0)),
  };
}

/** The chunks of a file. The next one is read while one is decoded, each into its own buffer. */
async function* chunksOf(handle: FileHandle): AsyncGenerator<Uint8Array> {
  const buffers = [new Uint8Array(CHUNK_BYTES), new Uint8Array(CHUNK_BYTES)] as const;
  const read = (index: 0 | 1) => handle.read(buffers[index], 0, CHUNK_BYTES);
  let index: 0 | 1 = 0;
  let pending = read(index);
  try {
    for (;;) {
      const { bytesRead } = await pending;
      if (bytesRead === 0) return;
      const full = buffers[index].subarray(0, bytesRead);
      index = index === 0 ? 1 : 0;
      pending = read(index);
      yield full;
    }
  } finally {
    // A file must not be closed under a read that nobody waits for any more.
    await pending.catch(() => undefined);
  }
}

async function* standardInput(): AsyncGenerator<Uint8Array> {
  for await (const chunk of process.stdin) yield chunk as Uint8Array;
}

function problemOf({ cut, packets }: CaptureSummary, head: Uint8Array): string | null {
  if (cut === null) return null;
  const tool = unpackingTool(head);
  if (tool !== null) return `is compressed: unpack it first, with ${tool}`;
  if (cut.offset === 0) return `is no capture that can be read: ${cut.reason}`;
  return `is cut or damaged at byte ${cut.offset}, behind frame ${packets}: ${cut.reason}`;
}
