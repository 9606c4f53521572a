import { describe, expect, it } from 'vitest';
import { connect } from './connect.js';

describe('a client in a browser with a session', () => {
  it('sends the header token of now with what changes something, and with nothing else', async () => {
    const sent: [string, string | null][] = [];
    let current: string | null = null;
    const client = connect({
      service: 'http://service.test',
      headerToken: () => current,
      fetch: (request) => {
        const { method, headers } = request as Request;
        sent.push([method, headers.get('x-fenceline-token')]);
        return Promise.resolve(Response.json({}));
      },
    });
    await client.POST('/sign-in-codes');
    current = 'one';
    await client.POST('/sign-in-codes');
    await client.GET('/session');
    current = 'two';
    await client.DELETE('/session');
    expect(sent).toEqual([
      ['POST', null],
      ['POST', 'one'],
      ['GET', null],
      ['DELETE', 'two'],
    ]);
  });
});
