import type { z } from 'zod';
import type { ProblemType } from './problem.js';
import type { Scope } from './scope.js';

/** Who may call an operation: a token with a scope, a worker by its own credential, or everybody. */
export type Access = Scope | 'worker' | 'public';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** What an operation answers beside JSON: bytes of an artifact, a stream of server-sent events, plain text. */
export type AnswerKind = 'json' | 'bytes' | 'events' | 'text' | 'empty';

/**
 * One operation of the REST API. The control plane's routes, the OpenAPI document and its clients are all made
 * from this table, so that none of them can say something else.
 */
export interface Operation<
  Params extends z.ZodType = z.ZodType,
  Query extends z.ZodType = z.ZodType,
  Body extends z.ZodType = z.ZodType,
  Answer extends z.ZodType = z.ZodType,
> {
  /** Unique, in camelCase: the name of the function in clients. */
  id: string;
  /** The feature, which groups operations. */
  tag: string;
  method: Method;
  /** Below /api/v1, parameters in braces: `/jobs/{jobId}`. */
  path: string;
  access: Access;
  /** One line. */
  summary: string;
  params?: Params;
  query?: Query;
  body?: Body;
  /** The body is bytes and is streamed, not parsed. */
  bodyIsBytes?: boolean;
  answer?: Answer;
  /** @defaultValue 'json' with `answer`, else 'empty' */
  answerKind?: AnswerKind;
  /** @defaultValue 200, or 201 of a POST with an answer, or 204 without one */
  status?: number;
  /** Problem types that it answers with, beside those that every operation has. */
  problems?: readonly ProblemType[];
  /** A repeated request with the same Idempotency-Key gives the first answer again. */
  idempotent?: boolean;
  /** The answer holds a secret: it is not kept for a repeated request. */
  secret?: boolean;
  /** Never refused for coming too often. */
  unlimited?: boolean;
}

/** Declares an operation, with the types of its parts. */
export function operation<
  Params extends z.ZodType = z.ZodUndefined,
  Query extends z.ZodType = z.ZodUndefined,
  Body extends z.ZodType = z.ZodUndefined,
  Answer extends z.ZodType = z.ZodUndefined,
>(one: Operation<Params, Query, Body, Answer>): Operation<Params, Query, Body, Answer> {
  return one;
}

type Parsed<Schema> = Schema extends z.ZodType ? z.output<Schema> : undefined;

/** What a handler gets: the parts of the request, checked. */
export interface InputOf<One extends Operation> {
  params: One extends Operation<infer Params> ? Parsed<Params> : never;
  query: One extends Operation<z.ZodType, infer Query> ? Parsed<Query> : never;
  body: One extends Operation<z.ZodType, z.ZodType, infer Body> ? Parsed<Body> : never;
}

/** What a handler gives back. */
export type AnswerOf<One extends Operation> =
  One extends Operation<z.ZodType, z.ZodType, z.ZodType, infer Answer>
    ? Answer extends z.ZodType
      ? z.input<Answer>
      : never
    : never;

/** The status of an answer that went well. */
export function statusOf(one: Operation): number {
  if (one.status !== undefined) return one.status;
  if (answerKindOf(one) === 'empty') return 204;
  return one.method === 'POST' ? 201 : 200;
}

export function answerKindOf(one: Operation): AnswerKind {
  return one.answerKind ?? (one.answer === undefined ? 'empty' : 'json');
}
