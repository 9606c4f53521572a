import { labEventSchema, type LabEvent } from '@fenceline/contracts';
import { EvidenceError } from './evidence-error.js';
import { splitLines } from './lines.js';

/** A timeline as it was read; `cut` when it does not end with the event `end`. */
export interface Timeline {
  events: LabEvent[];
  /** Why the timeline is not whole, or null. */
  cut: string | null;
}

/**
 * Reads `timeline.jsonl`. A last line that was cut off is left out; a line before it that is no event of
 * the lab means that the file was damaged or is of another version.
 *
 * @throws EvidenceError for such a line, with its number.
 */
export async function readTimeline(chunks: AsyncIterable<Uint8Array>): Promise<Timeline> {
  const events: LabEvent[] = [];
  for await (const line of splitLines(chunks)) {
    const event = parseEvent(line.text);
    if (typeof event === 'string') {
      if (!line.ended) return { events, cut: `its last line, ${line.number}, is cut off` };
      throw new EvidenceError(`timeline.jsonl line ${line.number} is no event of a lab: ${event}`);
    }
    events.push(event);
  }
  const whole = events.at(-1)?.kind === 'end';
  return { events, cut: whole ? null : 'it ends before the recording was closed' };
}

/** The event of a line, or why it is none. */
function parseEvent(text: string): LabEvent | string {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return 'it is no JSON';
  }
  const parsed = labEventSchema.safeParse(json);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  return issue ? `${issue.path.join('.')}: ${issue.message}` : 'unknown shape';
}
