import { problemTypes, type ProblemDocument, type ProblemType } from '@fenceline/contracts/api';
import { Refused, Unreachable } from './api-error.js';

/** What a call of the typed client comes to. */
export interface CallResult<Answer> {
  data?: Answer;
  error?: unknown;
  response: Response;
}

/** The statuses with which the service says that it cannot answer now. */
const later = new Set([408, 425, 429]);

/**
 * The answer of a call.
 *
 * @throws Unreachable, Refused
 */
export async function answerOf<Answer>(call: Promise<CallResult<Answer>>): Promise<Answer> {
  let result: CallResult<Answer>;
  try {
    result = await call;
  } catch (cause) {
    throw new Unreachable(`The service does not answer: ${reasonOf(cause)}`, { cause });
  }
  const { data, error, response } = result;
  if (response.ok) return data as Answer;
  const problem = error as Partial<ProblemDocument> | undefined;
  const detail = problem?.detail ?? `The service answers with status ${response.status}.`;
  const name = problem?.type?.replace(/^.*\/problems\//, '');
  if (response.status >= 500 && name !== 'no-space') throw new Unreachable(detail);
  if (later.has(response.status) || !isProblemType(name)) throw new Unreachable(detail);
  throw new Refused(name, detail);
}

function isProblemType(name: string | undefined): name is ProblemType {
  return name !== undefined && Object.hasOwn(problemTypes, name);
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // fetch says only that it failed; why is in the cause.
  return error.cause instanceof Error ? error.cause.message : error.message;
}
