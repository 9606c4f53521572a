import { problemOf, ServiceUnreachable } from './service-problem.js';

/** What a call of the typed client resolves to. */
interface Answered<T> {
  data?: T;
  error?: unknown;
  response: Pick<Response, 'ok' | 'status' | 'url'>;
}

/**
 * The answer of a call of the typed client, or an error of one of two kinds.
 *
 * @throws ServiceProblem what the service refused; ServiceUnreachable where it does not answer; the reason of the
 *   call's AbortSignal where that ended it
 */
export async function answerOf<T>(call: Promise<Answered<T>>): Promise<T> {
  const { data, error, response } = await call.catch((thrown: unknown) => {
    throw unreachableOr(thrown);
  });
  if (!response.ok) throw problemOf(response, error);
  return data as T;
}

/** What `fetch` threw, as the error that it stands for. */
export function unreachableOr(thrown: unknown): unknown {
  // Node's fetch throws a TypeError with the failure of the connection as its cause; JSON that is none is no answer of
  // the service either. Aborts come through as they are.
  if (!(thrown instanceof TypeError || thrown instanceof SyntaxError)) return thrown;
  return new ServiceUnreachable(`The service does not answer: ${deepestMessage(thrown)}`, {
    cause: thrown,
  });
}

/** The cause at the bottom: above it stands `fetch failed`. */
function deepestMessage(error: Error): string {
  if (error.cause instanceof AggregateError) {
    const [first] = error.cause.errors as unknown[];
    if (first instanceof Error) return deepestMessage(first);
  }
  return error.cause instanceof Error ? deepestMessage(error.cause) : error.message;
}
