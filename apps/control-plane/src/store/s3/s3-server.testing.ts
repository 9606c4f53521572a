import { randomUUID } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import S3rver, { type Context, type Middleware } from '@20minutes/s3rver';

/** The key that S3rver has, and no other. */
export const TEST_KEY = {
  FENCELINE_S3_ACCESS_KEY_ID: 'S3RVER',
  FENCELINE_S3_SECRET_ACCESS_KEY: 'S3RVER',
};

/** An S3 server of a spec's own, on this machine alone. */
export interface TestS3Server {
  /** With a new prefix each time. */
  settings(): {
    FENCELINE_ARTIFACTS: string;
    FENCELINE_S3_ENDPOINT: string;
    FENCELINE_S3_PATH_STYLE: boolean;
  } & typeof TEST_KEY;
  /** Folder with the objects. */
  folder: string;
  close(): Promise<void>;
}

/** How a server is to be. */
export interface TestS3Options {
  tls?: { key: Buffer; cert: Buffer };
  /** It refuses conditions as what it does not know. */
  withoutConditions?: boolean;
  /** It gives no more in one page of a listing. */
  pageKeys?: number;
}

const BUCKET = 'artifacts';

/**
 * Starts S3rver, which keeps objects as files and checks the signatures of requests for them, and adds what it lacks:
 * ranges that end at byte 0, pages of listings, giving up and listing unfinished uploads, and writing only where nothing is.
 */
export async function startS3Server(options: TestS3Options = {}): Promise<TestS3Server> {
  const folder = await mkdtemp(path.join(tmpdir(), 'fenceline-s3-'));
  const server = new S3rver({
    ...{ address: '127.0.0.1', port: 0, directory: folder, silent: true, vhostBuckets: false },
    configureBuckets: [{ name: BUCKET }],
    ...options.tls,
  });
  endAtByte0(server);
  server.middleware.unshift(
    signedSlash,
    unfinishedUploads(server),
    conditions(server, options.withoutConditions === true),
  );
  // Within what makes XML of an answer.
  server.middleware.splice(-1, 0, pages(options.pageKeys ?? 1000));
  const { port } = await server.run();
  return {
    folder,
    settings: () => ({
      FENCELINE_ARTIFACTS: `s3://${BUCKET}/spec/${randomUUID()}`,
      FENCELINE_S3_ENDPOINT: `${options.tls ? 'https' : 'http'}://127.0.0.1:${port}`,
      FENCELINE_S3_PATH_STYLE: true,
      ...TEST_KEY,
    }),
    async close() {
      server.httpServer.closeAllConnections();
      await server.close();
      await rm(folder, { recursive: true });
    },
  };
}

/** It takes 0 as an end for no end; an object is no such false value. */
function endAtByte0({ store }: S3rver): void {
  const getObject = store.getObject.bind(store);
  store.getObject = (bucket, key, options) =>
    getObject(bucket, key, options?.end === 0 ? { ...options, end: Object(0) as number } : options);
}

/** It takes the slash after a bucket's name out of what was signed, and so refuses every listing of a client that sends it. */
const signedSlash: Middleware = (context, next) => {
  if (/^\/[^/]+\/$/.test(context.path)) {
    context.app = Object.create(context.app, {
      allowMismatchedSignatures: { value: true },
    }) as object;
  }
  return next();
};

function unfinishedUploads({ store }: S3rver): Middleware {
  return async (context, next) => {
    const { method, query } = context;
    const [bucket] = nameOf(context);
    const folder = store.getResourcePath(bucket, undefined, 'uploads');
    if (method === 'GET' && query['uploads'] !== undefined) {
      const ids = await readdir(folder).catch(() => []);
      const entries = ids.map(async (id) => ({
        id,
        key: await readFile(path.join(folder, id, 'key'), 'utf8'),
      }));
      const uploads = (await Promise.all(entries))
        .filter(({ key }) => key.startsWith(query['prefix'] ?? ''))
        .map(({ id, key }) => `<Upload><Key>${key}</Key><UploadId>${id}</UploadId></Upload>`);
      const name = 'ListMultipartUploadsResult';
      answer(context, 200, `<${name}>${uploads.join('')}</${name}>`);
    } else if (method === 'DELETE' && query['uploadId'] !== undefined) {
      const upload = path.join(folder, path.basename(query['uploadId']));
      const gone = await rm(upload, { recursive: true }).then(
        () => false,
        () => true,
      );
      if (gone) answer(context, 404, errorOf('NoSuchUpload'));
      else context.status = 204;
    } else {
      await next();
    }
  };
}

/** Its own pages need a cipher that OpenSSL has no more. */
function pages(most: number): Middleware {
  return async (context, next) => {
    const { 'continuation-token': after = '', ...query } = context.query;
    if (query['list-type'] === '2') context.query = query;
    await next();
    const { ListBucketResult: result } = (context.body ?? {}) as { ListBucketResult?: Listing };
    if (result === undefined) return;
    const all = [
      ...result.Contents.map((object) => ({ name: object.Key, object })),
      ...result.CommonPrefixes.map((prefix) => ({ name: prefix.Prefix, prefix })),
    ].filter(({ name }) => name > after);
    const page = all.sort((a, b) => (a.name < b.name ? -1 : 1)).slice(0, most);
    result.Contents = page.flatMap((one) => ('object' in one ? [one.object] : []));
    result.CommonPrefixes = page.flatMap((one) => ('prefix' in one ? [one.prefix] : []));
    result.IsTruncated = page.length < all.length;
    if (result.IsTruncated) result.NextContinuationToken = page.at(-1)!.name;
  };
}

interface Listing {
  Contents: { Key: string }[];
  CommonPrefixes: { Prefix: string }[];
  IsTruncated: boolean;
  NextContinuationToken?: string;
}

function conditions({ store }: S3rver, unknown: boolean): Middleware {
  return async (context, next) => {
    const writes = ['PUT', 'POST'].includes(context.method);
    if (!writes || context.headers['if-none-match'] !== '*') await next();
    else if (unknown) answer(context, 501, errorOf('NotImplemented'));
    else if (await store.existsObject(...nameOf(context))) {
      answer(context, 412, errorOf('PreconditionFailed'));
    } else await next();
  };
}

function nameOf({ path: address }: Context): [bucket: string, key: string] {
  const [, bucket = '', ...key] = address.split('/');
  return [bucket, key.join('/')];
}

function answer(context: Context, status: number, xml: string): void {
  context.status = status;
  context.type = 'application/xml';
  context.body = xml;
}

function errorOf(code: string): string {
  return `<Error><Code>${code}</Code><Message>${code}</Message></Error>`;
}
