import { problemTypes, type ProblemDocument, type ProblemType } from '@fenceline/contracts/api';

export interface ProblemDetails {
  /** What mends it. */
  mend?: string;
  errors?: ProblemDocument['errors'];
  /** Headers of the answer that say more, as `Retry-After`. */
  headers?: Readonly<Record<string, string>>;
  cause?: unknown;
}

/** An error that the API answers with, as it is: nothing of it is secret. */
export class Problem extends Error {
  override readonly name = 'Problem';

  constructor(
    readonly type: ProblemType,
    readonly detail: string,
    readonly details: ProblemDetails = {},
  ) {
    super(detail, { cause: details.cause });
  }

  get status(): number {
    return problemTypes[this.type].status;
  }

  /** As `application/problem+json` (RFC 9457). */
  toDocument(requestId?: string): ProblemDocument {
    const { mend, errors } = this.details;
    return {
      type: `/problems/${this.type}`,
      title: problemTypes[this.type].title,
      status: this.status,
      detail: this.detail,
      ...(mend !== undefined && { mend }),
      ...(errors !== undefined && { errors }),
      ...(requestId !== undefined && { requestId }),
    };
  }
}
