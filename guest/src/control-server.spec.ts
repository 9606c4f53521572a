import { guestControlPort } from '@fenceline/reference';
import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { serveControl } from './control-server.js';

/** Asks as a guest's `nc` does: the request, FIN, and then the answer up to its end. */
function ask(text: string): Promise<unknown> {
  return new Promise((resolve, reject) => {
    let answer = '';
    const socket = connect({ port: guestControlPort, host: '127.0.0.1', allowHalfOpen: true });
    socket.setEncoding('utf8').on('data', (chunk: string) => (answer += chunk));
    socket.once('end', () => resolve(JSON.parse(answer)));
    socket.once('error', reject);
    socket.end(text);
  });
}

describe('the control of a guest program', () => {
  it('answers each request when it was carried out, and says why one could not be', async () => {
    const waiting: (() => void)[] = [];
    await serveControl(async (request) => {
      if (request === 'wait') await new Promise<void>((go) => waiting.push(go));
      if (request === 'go') waiting[0]!();
      if (request === 'fail') throw new Error('it cannot');
      return [request];
    });
    const slow = ask('"wait"');
    await expect(ask('"go"')).resolves.toEqual({ ok: true, value: ['go'] });
    await expect(slow).resolves.toEqual({ ok: true, value: ['wait'] });
    await expect(ask('"fail"')).resolves.toEqual({ ok: false, error: 'it cannot' });
    await expect(ask('{')).resolves.toMatchObject({ ok: false });
  });
});
