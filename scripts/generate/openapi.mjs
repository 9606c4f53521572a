import { createDocument } from 'zod-openapi';

/**
 * The OpenAPI 3.1 document of the API, from its table of operations.
 *
 * @param {typeof import('@fenceline/contracts/api')} api
 * @returns {object}
 */
export function openApiOf(api) {
  const paths = {};
  for (const operation of api.allOperations) {
    paths[operation.path] ??= {};
    paths[operation.path][operation.method.toLowerCase()] = describe(api, operation);
  }
  return createDocument({
    openapi: '3.1.0',
    info: {
      title: 'Fenceline',
      version: '1',
      description: 'Submits scenarios, follows their runs, and gives verdicts and evidence.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/api/v1' }],
    tags: [...new Set(api.allOperations.map(({ tag }) => tag))].map((name) => ({ name })),
    components: {
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer', description: 'a token of a person or pipeline' },
        worker: { type: 'http', scheme: 'bearer', description: 'the credential of a worker' },
        session: { type: 'apiKey', in: 'cookie', name: 'fenceline_session' },
      },
    },
    paths,
  });
}

function describe(api, operation) {
  const { access } = operation;
  return {
    operationId: operation.id,
    tags: [operation.tag],
    summary: operation.summary,
    'x-access': access,
    security: securityOf(access),
    requestParams: {
      ...(operation.params && { path: operation.params }),
      ...(operation.query && { query: operation.query }),
      ...(operation.idempotent && { header: api.idempotencyHeadersSchema }),
      ...(api.answerKindOf(operation) === 'bytes' && { header: api.rangeHeadersSchema }),
    },
    ...bodyOf(operation),
    responses: {
      [String(api.statusOf(operation))]: answerOf(api, operation),
      ...partialAnswersOf(api, operation),
      ...problemsOf(api, operation),
    },
  };
}

function securityOf(access) {
  if (access === 'public') return [];
  return access === 'worker' ? [{ worker: [] }] : [{ token: [] }, { session: [] }];
}

function bodyOf(operation) {
  if (operation.bodyIsBytes) {
    const schema = { type: 'string', format: 'binary' };
    return { requestBody: { required: true, content: { 'application/octet-stream': { schema } } } };
  }
  if (operation.body === undefined) return {};
  return {
    requestBody: { required: true, content: { 'application/json': { schema: operation.body } } },
  };
}

function answerOf(api, operation) {
  const description = operation.summary;
  switch (api.answerKindOf(operation)) {
    case 'empty':
      return { description };
    case 'json':
      return { description, content: { 'application/json': { schema: operation.answer } } };
    case 'bytes':
      return {
        description,
        content: { 'application/octet-stream': { schema: { type: 'string', format: 'binary' } } },
      };
    case 'events':
      return { description, content: { 'text/event-stream': { schema: { type: 'string' } } } };
    case 'text':
      return { description, content: { 'text/plain': { schema: { type: 'string' } } } };
  }
}

/** What else an operation on bytes answers, as its request's headers ask for it (RFC 9110, 13.1.2 and 14.2). */
function partialAnswersOf(api, operation) {
  if (api.answerKindOf(operation) !== 'bytes') return {};
  return {
    206: { ...answerOf(api, operation), description: 'The range that was asked for' },
    304: { description: 'It is what the client has' },
  };
}

/** Problems by status: several types may share one. */
function problemsOf(api, operation) {
  const byStatus = {};
  for (const type of api.problemsOf(operation)) {
    const { status, title } = api.problemTypes[type];
    (byStatus[status] ??= []).push(`/problems/${type}: ${title}`);
  }
  return Object.fromEntries(
    Object.entries(byStatus).map(([status, lines]) => [
      status,
      {
        description: lines.join('; '),
        content: { 'application/problem+json': { schema: api.problemSchema } },
      },
    ]),
  );
}
