import { imageEndSchema, imageRunSchema } from '@fenceline/contracts';
import { EvidenceError } from './evidence-error.js';
import { splitLines } from './lines.js';

/** A run of blocks of the medium as it was at the end: the XXH64 hash of each block's bytes. */
export interface ImageRun {
  slba: number;
  hashes: readonly bigint[];
}

/** One line of `final-image.jsonl`: a run of blocks, its hashes as 16 hex digits. */
export function imageLine({ slba, hashes }: ImageRun): string {
  const digits = hashes.map((one) => one.toString(16).padStart(16, '0'));
  return `${JSON.stringify({ slba, hashes: digits })}\n`;
}

/** The last line, which says that the image is whole, and how many blocks it has. */
export function imageEnd(blocks: number): string {
  return `${JSON.stringify({ blocks })}\n`;
}

/**
 * Reads `final-image.jsonl`.
 *
 * @throws EvidenceError for a line that does not fit, with its number, and for an image that was cut.
 */
export async function readFinalImage(chunks: AsyncIterable<Uint8Array>): Promise<ImageRun[]> {
  const runs: ImageRun[] = [];
  let blocks = 0;
  let end: number | null = null;
  for await (const { number, text } of splitLines(chunks)) {
    const json = parseJson(text);
    const run = imageRunSchema.safeParse(json);
    if (end === null && run.success) {
      const hashes = run.data.hashes.map((digits) => BigInt(`0x${digits}`));
      blocks += hashes.length;
      runs.push({ slba: run.data.slba, hashes });
      continue;
    }
    const last = imageEndSchema.safeParse(json);
    if (end !== null || !last.success) {
      throw new EvidenceError(`final-image.jsonl line ${number} is no run of blocks`);
    }
    end = last.data.blocks;
  }
  if (end !== blocks) throw new EvidenceError('final-image.jsonl was cut off: it has no end');
  return runs;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
