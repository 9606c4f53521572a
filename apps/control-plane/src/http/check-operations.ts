import { RequestMethod, type INestApplication } from '@nestjs/common';
import { METHOD_METADATA, PATH_METADATA } from '@nestjs/common/constants.js';
import { ModulesContainer } from '@nestjs/core';
import { allOperations, type Operation } from '@fenceline/contracts/api';
import { operationOf } from './route.js';

/**
 * Fails where a handler has no operation, and so says to nobody who may call it; and where an operation has no
 * handler, or two.
 *
 * @throws Error that lists them all
 */
export function checkOperations(
  application: INestApplication,
  operations: readonly Operation[] = allOperations,
): void {
  const handled = new Map<string, string[]>();
  const problems: string[] = [];
  for (const { controller, name, handler } of handlersOf(application.get(ModulesContainer))) {
    const place = `${controller}.${name}`;
    const operation = operationOf(handler);
    if (operation === undefined) problems.push(`${place} is a route without an operation`);
    else handled.set(operation.id, [...(handled.get(operation.id) ?? []), place]);
  }
  for (const { id } of operations) {
    const places = handled.get(id) ?? [];
    if (places.length === 0) problems.push(`${id} has no handler`);
    if (places.length > 1) problems.push(`${id} has more than one handler: ${places.join(', ')}`);
  }
  if (problems.length > 0) throw new Error(`Routes and operations differ: ${problems.join('; ')}`);
}

interface Handler {
  controller: string;
  name: string;
  handler: object;
}

function* handlersOf(modules: ModulesContainer): Generator<Handler> {
  for (const module of modules.values()) {
    for (const { metatype } of module.controllers.values()) {
      const prototype = metatype?.prototype as Record<string, unknown> | undefined;
      for (const name of Object.getOwnPropertyNames(prototype ?? {})) {
        const handler = prototype![name];
        if (typeof handler !== 'function') continue;
        const method = Reflect.getMetadata(METHOD_METADATA, handler) as RequestMethod | undefined;
        const path = Reflect.getMetadata(PATH_METADATA, handler) as string | undefined;
        if (method === undefined || path === undefined) continue;
        yield { controller: metatype!.name, name, handler };
      }
    }
  }
}
