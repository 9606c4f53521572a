import type { Server } from 'node:http';
import { Server as TlsServer } from 'node:https';
import type { Socket } from 'node:net';
import { Injectable, type BeforeApplicationShutdown } from '@nestjs/common';
import type { RequestHandler } from 'express';

/**
 * Lets a server stop as soon as the requests that it has are answered. By itself it closes at its stop those connections
 * alone that are idle just then. It would wait for those that become idle a moment later as long as they may be kept alive,
 * and for those that never had a request as long as one may take to come.
 */
@Injectable()
export class Connections implements BeforeApplicationShutdown {
  /** Those that had no request yet: clients open some in advance. */
  private readonly unused = new Set<Socket>();
  private stopping = false;

  /** Watches the connections of a server, together with what this gives back, through which all its requests go. */
  of(server: Server): RequestHandler {
    server.on(server instanceof TlsServer ? 'secureConnection' : 'connection', (socket: Socket) => {
      if (this.stopping) socket.destroy();
      else this.unused.add(socket.once('close', () => this.unused.delete(socket)));
    });
    return (request, response, next) => {
      this.unused.delete(request.socket);
      response.once('close', () => {
        // In its own turn: only then does the connection count as idle.
        if (this.stopping) setImmediate(() => server.closeIdleConnections());
      });
      next();
    };
  }

  beforeApplicationShutdown(): void {
    this.stopping = true;
    for (const socket of this.unused) socket.destroy();
  }
}
