import { once } from 'node:events';
import {
  Agent,
  createServer,
  request as askUpstream,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import { connect, createServer as createTcpServer, type AddressInfo, type Socket } from 'node:net';
import { callOf, type Call } from './call.js';

/** What a line tells on the way; a call goes on when the promise resolves. */
export interface LineListener {
  /** @returns whether it goes on at all */
  asked(call: Call): Promise<boolean>;
  answered(call: Call, answer: Answer): Promise<void>;
}

export interface Answer {
  status: number;
  body: Buffer;
}

export interface LineOptions {
  listener: LineListener;
  /** Control planes that are there, at each moment. */
  controlPlanes(): readonly string[];
  /** Port of Redis. */
  redisPort: number;
  /** Address to listen on. */
  address: string;
}

/**
 * All that goes between one worker and the service: its requests, which are told and can be held, and its connection to
 * Redis. It can be cut, as a whole or in the middle of an upload.
 */
export class WorkerLine {
  private readonly sockets = new Set<Socket>();
  private readonly agent = new Agent({ keepAlive: true });
  private turn = 0;
  private isCut = false;
  /** Uploads that are to be cut, and after what share of their bytes. */
  private readonly cutUploads = new Map<string, number>();

  private constructor(
    private readonly http: Server,
    private readonly bell: ReturnType<typeof createTcpServer>,
    private readonly options: LineOptions,
  ) {
    http.on('request', (request, response) => void this.pass(request, response));
    bell.on('connection', (socket) => this.passBell(socket));
    for (const server of [http, bell]) {
      server.on('connection', (socket: Socket) => {
        this.keep(socket);
        if (this.isCut) socket.destroy();
      });
    }
  }

  static async open(options: LineOptions): Promise<WorkerLine> {
    const line = new WorkerLine(createServer(), createTcpServer(), options);
    for (const server of [line.http, line.bell]) {
      server.listen(0, options.address);
      await once(server, 'listening');
    }
    return line;
  }

  /** The service, to the worker. */
  get url(): string {
    return `http://${this.options.address}:${(this.http.address() as AddressInfo).port}`;
  }

  /** Breaks every connection, and refuses new ones until `mend`. */
  cut(): void {
    this.isCut = true;
    for (const socket of this.sockets) socket.destroy();
  }

  mend(): void {
    this.isCut = false;
  }

  /** Cuts the part that an upload sends now, or next, after a share of its bytes. */
  cutUpload(uploadId: string, share: number): void {
    this.cutUploads.set(uploadId, share);
  }

  async close(): Promise<void> {
    this.cut();
    this.agent.destroy();
    await Promise.all(
      [this.http, this.bell].map((server) => new Promise((done) => server.close(done))),
    );
  }

  private keep(socket: Socket): void {
    this.sockets.add(socket);
    socket.on('error', () => undefined);
    socket.once('close', () => this.sockets.delete(socket));
  }

  private passBell(socket: Socket): void {
    const redis = connect(this.options.redisPort, '127.0.0.1');
    this.keep(redis);
    socket.pipe(redis).pipe(socket);
    socket.once('close', () => redis.destroy());
    redis.once('close', () => socket.destroy());
  }

  private async pass(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const bytes = await bodyOf(request);
      const call = callOf(request, bytes);
      if (!(await this.options.listener.asked(call))) throw new Error('the request is lost');
      const { status, body, type } = await this.ask(call, request);
      await this.options.listener.answered(call, { status, body });
      const told =
        call.name === 'hello' || call.name === 'assignments' ? this.ringHere(body) : body;
      response.writeHead(status, { 'content-type': type, 'content-length': told.length });
      response.end(told);
    } catch {
      // As a network does: nothing is said, the connection is gone.
      request.socket.destroy();
    }
  }

  private async ask(
    call: Call,
    { method, url, headers }: IncomingMessage,
  ): Promise<Answer & { type: string }> {
    if (this.isCut) throw new Error('the line is cut');
    const upstream = this.next();
    const asking = askUpstream(new URL(url!, upstream), {
      method: method!,
      headers: { ...headers, host: new URL(upstream).host },
      agent: this.agent,
    });
    // Whoever waits for the answer is told; after a cut nobody does.
    asking.on('error', () => undefined);
    asking.on('socket', (socket) => {
      if (!this.sockets.has(socket)) this.keep(socket);
    });
    const share = call.uploadId === null ? undefined : this.cutUploads.get(call.uploadId);
    if (call.name === 'part' && share !== undefined) {
      this.cutUploads.delete(call.uploadId!);
      const some = call.bytes.subarray(0, Math.floor(call.bytes.length * share));
      await new Promise<void>((sent) => asking.write(some, () => sent()));
      asking.destroy();
      throw new Error('the upload is cut');
    }
    asking.end(call.bytes);
    const [answer] = (await once(asking, 'response')) as [IncomingMessage];
    return {
      status: answer.statusCode!,
      body: await bodyOf(answer),
      type: answer.headers['content-type'] ?? 'application/json',
    };
  }

  /** As a load balancer: the control planes in turn, those alone that are there. */
  private next(): string {
    const there = this.options.controlPlanes();
    if (there.length === 0) throw new Error('no control plane is there');
    this.turn += 1;
    return there[this.turn % there.length]!;
  }

  /** The worker is to reach Redis by this line too. */
  private ringHere(body: Buffer): Buffer {
    const { port } = this.bell.address() as AddressInfo;
    const text = body
      .toString()
      .replace(/redis:\/\/[^"]*/, `redis://${this.options.address}:${port}`);
    return Buffer.from(text);
  }
}

async function bodyOf(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  if (!message.complete) throw new Error('the connection was cut');
  return Buffer.concat(chunks);
}
