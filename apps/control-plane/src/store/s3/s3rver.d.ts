/** What the specs need of the package, which has no types. */
declare module '@20minutes/s3rver' {
  import type { Server } from 'node:http';

  export interface Context {
    app: object;
    method: string;
    path: string;
    /** May be given other values. */
    query: Record<string, string | undefined>;
    headers: Record<string, string | undefined>;
    status: number;
    type: string;
    body: unknown;
  }

  export type Middleware = (context: Context, next: () => Promise<void>) => Promise<void>;

  export interface GetOptions {
    start?: number;
    end?: number;
  }

  export default class S3rver {
    constructor(options: {
      address: string;
      port: number;
      directory: string;
      silent: boolean;
      vhostBuckets: boolean;
      configureBuckets: { name: string }[];
      key?: Buffer;
      cert?: Buffer;
    });
    /** The handlers of a request, the first one outermost. */
    readonly middleware: Middleware[];
    readonly store: {
      getObject(bucket: string, key: string, options?: GetOptions): Promise<unknown>;
      existsObject(bucket: string, key: string): Promise<boolean>;
      getResourcePath(bucket: string, key: string | undefined, resource: string): string;
    };
    readonly httpServer: Server;
    run(): Promise<{ port: number }>;
    close(): Promise<void>;
  }
}
