import {
  applyDecorators,
  createParamDecorator,
  Delete,
  Get,
  HttpCode,
  Patch,
  Post,
  Put,
  SetMetadata,
  type ExecutionContext,
} from '@nestjs/common';
import { statusOf, type InputOf, type Operation } from '@fenceline/contracts/api';
import type { Principal, TokenPrincipal, WorkerPrincipal } from '../access/principal.js';
import type { ServiceRequest } from './request.js';

export const OPERATION = 'fenceline:operation';

const methods = { GET: Get, POST: Post, PUT: Put, PATCH: Patch, DELETE: Delete };

/** Makes a handler the one of an operation: its address, its status and who may call it come from there. */
export function Route(operation: Operation): MethodDecorator {
  return applyDecorators(
    methods[operation.method](operation.path.replace(/\{(\w+)\}/g, ':$1')),
    HttpCode(statusOf(operation)),
    SetMetadata(OPERATION, operation),
  );
}

/** The operation of a handler, or undefined where it has none. */
export function operationOf(handler: object): Operation | undefined {
  return Reflect.getMetadata(OPERATION, handler) as Operation | undefined;
}

/** What a handler of an operation that needs a token gets. */
export interface Authenticated {
  principal: Principal;
}

/** The checked parts of the request, with who sent it. */
export const Input = createParamDecorator((_: unknown, context: ExecutionContext) => {
  const { input, principal } = context.switchToHttp().getRequest<ServiceRequest>();
  if (input === undefined) throw new Error('@Input() stands in a handler without @Route()');
  return { ...input, principal };
});

/** The type of `@Input()` for an operation that needs a token. */
export type Call<One extends Operation> = InputOf<One> & Authenticated;

/** The same for an operation whose access is `worker`: the guard lets nobody else through. */
export type WorkerCall<One extends Operation> = InputOf<One> & { principal: WorkerPrincipal };

/** The same for an operation whose access is a scope: a worker has none. */
export type TokenCall<One extends Operation> = InputOf<One> & { principal: TokenPrincipal };
