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
    return { ok: true, value: await serve(JSON.parse(await textOf(socket))) };
  } catch (error) {
    return { ok: false, error: error instanceof Error ? error.message : String(error) };
  }
}

/** What the asker sends, up to its FIN; the socket stays open for the answer. */
function textOf(socket: Socket): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    socket.setEncoding('utf8');
    socket.on('data', (chunk: string) => (text += chunk));
    socket.once('end', () => resolve(text));
    socket.once('close', () => reject(new Error('the asker is gone')));
  });
}
