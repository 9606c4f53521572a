import { closeSync, createReadStream, openSync, readSync, statSync } from 'node:fs';
import { CaptureReader, unpackingTool, type CaptureSummary } from '@fenceline/capture/reading';
import { CaptureDecoder, type DecodedCommand } from '@fenceline/history/decode';
import { messageOf } from '../message-of.js';
import type { RowFormat, RowSource } from './row-format.js';
import type { RowWriter } from './row-writer.js';
import { troublesOf } from './troubles.js';

/** So small that a chunk stays in the processor's own cache between its reading and its decoding. */
const CHUNK_BYTES = 64 * 1024;
/** Rows are written once for so many chunks: each write costs as much as the decoding of one. */
const CHUNKS_A_WRITE = 16;
const MAGIC_BYTES = 4;
const STDIN = '-';

/** What became of one file. */
export interface DecodedFile {
  /** Sentences for stderr: what the rows do not show. */
  remarks: string[];
  /** Why the file could not be read, or not to its end; null when it could. */
  problem: string | null;
}

/** The reader of our output has had enough: there is nothing more to do, or to say. */
const nobodyReads: DecodedFile = { remarks: [], problem: null };

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
    if (!(error instanceof Error && 'syscall' in error)) throw error;
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
  const onCommand = (command: DecodedCommand) => format.row(writer.rows, command, source);
  const decoder = new CaptureDecoder(onCommand, ports ?? undefined);
  const reader = new CaptureReader((packet) => {
    if (Number.isNaN(source.firstAt)) {
      source.firstAt = packet.t;
      source.originSeconds = reader.originSeconds;
    }
    decoder.packet(packet);
  });
  let head = new Uint8Array(0);
  let chunks = 0;
  const take = (chunk: Uint8Array) => {
    if (chunks++ === 0) head = chunk.slice(0, MAGIC_BYTES);
    reader.push(chunk);
  };
  if (file === STDIN || !statSync(file).isFile()) {
    // What comes slowly is shown as it comes.
    for await (const chunk of file === STDIN ? process.stdin : createReadStream(file)) {
      take(chunk as Uint8Array);
      if (!(await writer.flush())) return nobodyReads;
    }
  } else {
    for (const chunk of chunksOfFile(file)) {
      take(chunk);
      if (chunks % CHUNKS_A_WRITE === 1 && !(await writer.flush())) return nobodyReads;
    }
  }
  const summary = reader.end();
  decoder.finish();
  await writer.flush();
  return {
    remarks: troublesOf(decoder, summary.packets, reader.untimedPackets, ports),
    problem: problemOf(summary, head),
  };
}

/**
 * The chunks of a regular file, each in the same buffer. It is read without leaving the thread: what it has is at
 * hand, and to wait for another thread takes longer than to decode a chunk.
 */
function* chunksOfFile(file: string): Generator<Uint8Array> {
  const descriptor = openSync(file, 'r');
  try {
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

function problemOf({ cut, packets }: CaptureSummary, head: Uint8Array): string | null {
  if (cut === null) return null;
  const tool = unpackingTool(head);
  if (tool !== null) return `is compressed: unpack it first, with ${tool}`;
  if (cut.offset === 0) return `is no capture that can be read: ${cut.reason}`;
  return `is cut or damaged at byte ${cut.offset}, behind frame ${packets}: ${cut.reason}`;
}
