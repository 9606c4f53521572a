import { problemSchema, type ProblemDocument, type ProblemType } from '@fenceline/contracts/api';

const typePrefix = '/problems/';

/** What the service refused, or could not do: its answer as `application/problem+json`. */
export class ServiceProblem extends Error {
  override readonly name = 'ServiceProblem';
  /** Stable name of the kind of problem; a later service may have more of them than this client knows. */
  readonly type: ProblemType | (string & {});
  readonly status: number;
  readonly detail: string;
  /** What mends it, where the service knows. */
  readonly mend: string | undefined;
  /** Each field that is wrong. */
  readonly errors: NonNullable<ProblemDocument['errors']>;
  /** The request, as it is in the service's log. */
  readonly requestId: string | undefined;

  constructor(document: ProblemDocument) {
    super(document.detail);
    this.type = document.type.slice(document.type.startsWith(typePrefix) ? typePrefix.length : 0);
    this.status = document.status;
    this.detail = document.detail;
    this.mend = document.mend;
    this.errors = document.errors ?? [];
    this.requestId = document.requestId;
  }
}

/** The service does not answer, or what answers is not the service. */
export class ServiceUnreachable extends Error {
  override readonly name = 'ServiceUnreachable';
}

/**
 * The problem that an answer which did not go well holds.
 *
 * @param body of the answer, parsed where it is JSON
 * @returns `ServiceUnreachable` for an answer that no control plane gives, such as the page of a proxy
 */
export function problemOf(
  response: Pick<Response, 'status' | 'url'>,
  body: unknown,
): ServiceProblem | ServiceUnreachable {
  const parsed = problemSchema.safeParse(body);
  if (parsed.success) return new ServiceProblem(parsed.data);
  const where = response.url === '' ? 'The service' : new URL(response.url).origin;
  return new ServiceUnreachable(
    `${where} answers with status ${response.status}, and not as a Fenceline service does.`,
  );
}
