import { once } from 'node:events';
import type { Socket } from 'node:net';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { onTestFinished } from 'vitest';
import { testFolder } from './folder.testing.js';

/** The two ends of a Unix socket, closed when the test has ended. */
export async function socketPair(): Promise<{ ours: Socket; theirs: Socket }> {
  const path = join(await testFolder(), 's');
  const server = createServer().listen(path);
  await once(server, 'listening');
  const ours = connect(path);
  const [theirs] = (await once(server, 'connection')) as [Socket];
  theirs.on('error', () => undefined);
  onTestFinished(() => {
    ours.destroy();
    theirs.destroy();
    server.close();
  });
  return { ours, theirs };
}

/** A request as a client sends it. */
export interface Request {
  execute: string;
  arguments: Record<string, unknown>;
  id?: number;
}

/** Answers each line that comes in with what `reply` makes of it; nothing when it is undefined. */
export function answer(socket: Socket, reply: (request: Request) => unknown): void {
  createInterface(socket).on('line', (line) => {
    const text = line.replace(/^\ufffd/, '');
    const result = reply(JSON.parse(text) as Request);
    if (result !== undefined) socket.write(`${JSON.stringify(result)}\n`);
  });
}
