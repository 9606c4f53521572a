import { closeSync, createReadStream, fstatSync, openSync, readSync } from 'node:fs';
import { CaptureReader, unpackingTool, type CaptureSummary } from '@fenceline/capture';
import { CaptureDecoder, type DecodedCommand } from '@fenceline/history/decode';
import { messageOf } from '../message-of.js';
import type { RowFormat, RowSource } from './row-format.js';
import { RowWriter } from './row-writer.js';
import { troublesOf } from './troubles.js';

/** So small that a chunk is still in the processor's cache when it is decoded. */
const CHUNK_BYTES = 256 * 1024;
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
  try {
    return await decodeChunks(file, ports, format, writer);
  } catch (error) {
    return { remarks: [], problem: `cannot be read: ${messageOf(error)}` };
  }
}

async function decodeChunks(
  file: string,
  ports: readonly number[] | null,
  format: RowFormat,
  writer: RowWriter,
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
  for await (const chunk of file === STDIN ? chunksOf(process.stdin) : chunksOfFile(file)) {
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

/**
 * The chunks of a file, each in the same buffer. A regular file is read without leaving the thread: what it has
 * is at hand, and to wait for another thread takes longer than to decode a chunk.
 */
async function* chunksOfFile(file: string): AsyncGenerator<Uint8Array> {
  const descriptor = openSync(file, 'r');
  try {
    if (!fstatSync(descriptor).isFile()) {
      yield* chunksOf(createReadStream(file, { fd: descriptor, autoClose: false }));
      return;
    }
    const buffer = new Uint8Array(CHUNK_BYTES);
    for (;;) {
      const length = readSync(descriptor, buffer, 0, CHUNK_BYTES, null);
      if (length === 0) return;
      yield buffer.subarray(0, length);
    }
  } finally {
    closeSync(descriptor);
  }
}

async function* chunksOf(stream: NodeJS.ReadableStream): AsyncGenerator<Uint8Array> {
  for await (const chunk of stream) yield chunk as Uint8Array;
}

function problemOf({ cut, packets }: CaptureSummary, head: Uint8Array): string | null {
  if (cut === null) return null;
  const tool = unpackingTool(head);
  if (tool !== null) return `is compressed: unpack it first, with ${tool}`;
  if (cut.offset === 0) return `is no capture that can be read: ${cut.reason}`;
  return `is cut or damaged at byte ${cut.offset}, behind frame ${packets}: ${cut.reason}`;
}
