import type { IncomingMessage } from 'node:http';

/** A request of a worker, as the harness tells them apart. */
export type CallName =
  | 'hello'
  | 'assignments'
  | 'claim'
  | 'renew'
  | 'advance'
  | 'finish'
  | 'surrender'
  | 'create-upload'
  | 'part'
  | 'complete'
  | 'other';

export interface Call {
  name: CallName;
  attemptId: string | null;
  uploadId: string | null;
  /** The state that an advance tells. */
  to: string | null;
  bytes: Buffer;
  authorization: string;
}

const routes: [CallName, RegExp][] = [
  ['hello', /^POST \/api\/v1\/worker\/hello$/],
  ['assignments', /^GET \/api\/v1\/worker\/assignments$/],
  ['claim', /^POST \/api\/v1\/worker\/attempts\/(?<attempt>[^/]+)\/claim$/],
  ['renew', /^POST \/api\/v1\/worker\/attempts\/(?<attempt>[^/]+)\/renew$/],
  ['advance', /^POST \/api\/v1\/worker\/attempts\/(?<attempt>[^/]+)\/advance$/],
  ['finish', /^POST \/api\/v1\/worker\/attempts\/(?<attempt>[^/]+)\/finish$/],
  ['surrender', /^POST \/api\/v1\/worker\/attempts\/(?<attempt>[^/]+)\/surrender$/],
  ['create-upload', /^POST \/api\/v1\/worker\/uploads$/],
  ['part', /^PUT \/api\/v1\/worker\/uploads\/(?<upload>[^/]+)\/parts$/],
  ['complete', /^POST \/api\/v1\/worker\/uploads\/(?<upload>[^/]+)\/complete$/],
];

/** Reads what a request is about. */
export function callOf({ method, url, headers }: IncomingMessage, bytes: Buffer): Call {
  const line = `${method!} ${url!.split('?')[0]!}`;
  for (const [name, pattern] of routes) {
    const groups = pattern.exec(line);
    if (groups === null) continue;
    const body = name === 'advance' || name === 'create-upload' ? jsonOf(bytes) : {};
    return {
      name,
      attemptId: groups.groups?.['attempt'] ?? body.attemptId ?? null,
      uploadId: groups.groups?.['upload'] ?? null,
      to: body.state ?? null,
      bytes,
      authorization: headers.authorization ?? '',
    };
  }
  const authorization = headers.authorization ?? '';
  return { name: 'other', attemptId: null, uploadId: null, to: null, bytes, authorization };
}

function jsonOf(bytes: Buffer): { attemptId?: string; state?: string } {
  return JSON.parse(bytes.toString()) as { attemptId?: string; state?: string };
}
