import {
  answerKindOf,
  problemSchema,
  problemsOf,
  statusOf,
  type Operation,
} from '@fenceline/contracts/api';

/** The parts of a request, as they go out. */
export interface Parts {
  params?: Record<string, string> | undefined;
  query?: Record<string, unknown> | undefined;
  /** Sent as it is where it is text, else as JSON; bytes where the operation takes bytes. */
  body?: unknown;
  headers?: Record<string, string> | undefined;
}

export interface CallAnswer {
  status: number;
  headers: Headers;
  /** Empty for a stream of events, which has no end. */
  text: string;
}

/** Calls an operation as curl would, checking nothing on the way out. */
export async function call(url: string, operation: Operation, parts: Parts): Promise<CallAnswer> {
  const path = operation.path.replace(/\{(\w+)\}/g, (_, name: string) =>
    encodeURIComponent(parts.params?.[name] ?? 'missing'),
  );
  const abort = new AbortController();
  const response = await fetch(`${url}/api/v1${path}${queryOf(parts.query)}`, {
    method: operation.method,
    headers: { ...typeOf(operation), ...parts.headers },
    signal: abort.signal,
    ...bodyOf(operation, parts.body),
  });
  const { status, headers } = response;
  if (headers.get('content-type')?.startsWith('text/event-stream')) {
    abort.abort();
    return { status, headers, text: '' };
  }
  return { status, headers, text: await response.text() };
}

function queryOf(query: Record<string, unknown> | undefined): string {
  if (query === undefined) return '';
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) {
      search.append(name, typeof value === 'string' ? value : JSON.stringify(value));
    }
  }
  return `?${search.toString()}`;
}

function typeOf({ body, bodyIsBytes }: Operation): Record<string, string> {
  if (bodyIsBytes === true) return { 'content-type': 'application/octet-stream' };
  return body === undefined ? {} : { 'content-type': 'application/json' };
}

function bodyOf(operation: Operation, body: unknown): { body?: string } {
  if (body === undefined || operation.method === 'GET') return {};
  return { body: typeof body === 'string' ? body : JSON.stringify(body) };
}

/** The type of the problem that was answered, without `/problems/`; null where it is none. */
export function problemOf({ headers, text }: CallAnswer): string | null {
  if (!headers.get('content-type')?.startsWith('application/problem+json')) return null;
  return problemSchema.parse(JSON.parse(text)).type.replace('/problems/', '');
}

/** Says how an answer differs from what its operation documents; null where it does not. */
export function undocumented(operation: Operation, answer: CallAnswer): string | null {
  const problem = problemOf(answer);
  if (problem !== null) {
    const known: readonly string[] = problemsOf(operation);
    return known.includes(problem) ? null : `the problem ${problem} is not documented`;
  }
  const kind = answerKindOf(operation);
  const statuses = kind === 'bytes' ? [200, 206] : [statusOf(operation)];
  if (!statuses.includes(answer.status)) return `the status ${answer.status} is not documented`;
  if (kind === 'empty') return answer.text === '' ? null : 'the answer is not empty';
  if (kind !== 'json') return null;
  const parsed = operation.answer!.safeParse(JSON.parse(answer.text));
  return parsed.success
    ? null
    : `the answer is another one: ${JSON.stringify(parsed.error.issues)}`;
}
