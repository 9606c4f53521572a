import type { LivePart, ServiceEvent } from '@fenceline/contracts/api';
import { judgedWords } from './job-words.js';

/** An event of a job as a fact for people; null for what would only be noise on the way. */
export function eventWords({ type, data }: ServiceEvent): string | null {
  switch (type) {
    case 'job.cancelling':
      return 'cancelling';
    case 'job.finished':
      return finishedWords(data);
    case 'attempt.lease-expired':
      return `attempt ${textOf(data['number'])}: its worker is not heard of any more`;
    case 'attempt.ended':
      return data['how'] === 'done' ? null : endedWords(data);
    default:
      return null;
  }
}

function finishedWords(data: ServiceEvent['data']): string {
  const outcome = textOf(data['outcome']);
  const words = judgedWords(outcome, data['asExpected'] === true);
  const summary = textOf(data['summary']);
  return summary === '' ? words : `${words}: ${summary}`;
}

function endedWords(data: ServiceEvent['data']): string {
  const message = textOf(data['message']);
  const why = message === '' ? '' : `: ${message}`;
  return `attempt ${textOf(data['number'])} ended, ${textOf(data['how'])}${why}`;
}

/** What a lab does just now, as a fact; null for what is only a picture's. */
export function liveWords(part: LivePart): { ms: number | null; text: string } | null {
  switch (part.kind) {
    case 'step':
      return { ms: part.ms, text: part.detail === '' ? part.step : `${part.step}: ${part.detail}` };
    case 'fault':
      return { ms: part.ms, text: part.what };
    case 'console':
      return { ms: part.ms, text: `${part.vm}: ${part.line}` };
    case 'bar':
      return null;
  }
}

/** What a later service puts in there is shown where it is a text or a number. */
function textOf(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}
