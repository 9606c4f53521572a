import { guestControlPort, type GuestAnswer } from '@fenceline/reference';
import { createServer, type Socket } from 'node:net';

/** Carries out one request; what it answers with is written as JSON. */
export type Serve = (request: unknown) => Promise<unknown>;

/** Takes requests at the loopback: one JSON value a connection, ended with FIN, and so the answer. */
export function serveControl(serve: Serve): Promise<void> {
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    // The asker may have gone: then nobody wants to know.
    socket.on('error', () => undefined);
    void answer(socket, serve);
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(guestControlPort, '127.0.0.1', resolve);
  });
}

async function answer(socket: Socket, serve: Serve): Promise<void> {
  const result = await carryOut(socket, serve);
  socket.end(`${JSON.stringify(result)}\n`);
}

async function carryOut(socket: Socket, serve: Serve): Promise<GuestAnswer<unknown>> {
  try {
    let text = '';
    for await (const chunk of socket.setEncoding('utf8')) text += chunk as string;
    return { ok: true, value: await serve(JSON.parse(text)) };
  } catch (error) {
    return { ok: false, error: error instanceof Error ? error.message : String(error) };
  }
}
