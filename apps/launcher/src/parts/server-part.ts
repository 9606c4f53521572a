import type { Part } from './part.js';

/** What libs/embedded gives of a server that it has started. */
interface Server {
  pid: number;
  ended: Promise<void>;
  stop(): Promise<void>;
}

/** An embedded server as a part of the service. @param ready told of the server each time that it is up */
export function serverPart<Started extends Server>(
  name: string,
  start: () => Promise<Started>,
  ready: (server: Started) => Promise<void>,
): Part {
  return {
    name,
    async start(signal) {
      signal.throwIfAborted();
      const server = await start();
      try {
        await ready(server);
      } catch (error) {
        await server.stop();
        throw error;
      }
      return {
        pid: server.pid,
        ended: server.ended.then(() => ({ how: 'its process is gone' })),
        stop: () => server.stop(),
      };
    },
  };
}
