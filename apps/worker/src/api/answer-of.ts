import { answerOf as answerOfCall, ServiceProblem } from '@fenceline/client';
import { problemTypes, type ProblemType } from '@fenceline/contracts/api';
import { Refused, Unreachable } from './api-error.js';

/** The statuses with which the service says that it cannot answer now. */
const later = new Set([408, 425, 429]);

/**
 * The answer of a call. Whatever may go well later is `Unreachable`: no answer, one that is not the service's, and one
 * with which the service says that it cannot answer now.
 *
 * @throws Unreachable, Refused
 */
export async function answerOf<Answer>(
  ...[call]: Parameters<typeof answerOfCall<Answer>>
): Promise<Answer> {
  try {
    return await answerOfCall(call);
  } catch (error) {
    throw workerErrorOf(error);
  }
}

function workerErrorOf(error: unknown): Refused | Unreachable {
  if (!(error instanceof ServiceProblem)) {
    return new Unreachable(error instanceof Error ? error.message : String(error), {
      cause: error,
    });
  }
  const { type, status, detail } = error;
  const forLater = later.has(status) || (status >= 500 && type !== 'no-space');
  return forLater || !isProblemType(type) ? new Unreachable(detail) : new Refused(type, detail);
}

function isProblemType(name: string): name is ProblemType {
  return Object.hasOwn(problemTypes, name);
}
