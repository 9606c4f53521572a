import type { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { GuestAgent } from './guest-agent.js';
import type { Request } from './socket.testing.js';
import { answer, socketPair } from './socket.testing.js';

const base64 = (text: string): string => Buffer.from(text).toString('base64');

async function agentWith(
  reply: (request: Request, socket: Socket) => unknown,
): Promise<{ agent: GuestAgent; requests: Request[]; theirs: Socket }> {
  const { ours, theirs } = await socketPair();
  const requests: Request[] = [];
  answer(theirs, (request) => {
    requests.push(request);
    return reply(request, theirs);
  });
  return { agent: new GuestAgent('host1', ours), requests, theirs };
}

describe('a client of the guest agent', () => {
  it('finds the answer to its synchronization among old ones and a complaint', async () => {
    const { agent } = await agentWith(({ arguments: { id } }, socket) => {
      socket.write(
        '{"error": {"class": "GenericError", "desc": "JSON parse error"}}\n{"return": 7}\n',
      );
      socket.write(Buffer.concat([Buffer.of(0xff), Buffer.from(`{"return": ${String(id)}}\n`)]));
      return undefined;
    });
    await agent.synchronize(1000);
  });

  it('asks for the end of a command ever more seldom and gives back what it wrote', async () => {
    let polls = 0;
    const { agent, requests } = await agentWith(({ execute }) => {
      if (execute === 'guest-exec') return { return: { pid: 12 } };
      return ++polls < 4
        ? { return: { exited: false } }
        : {
            return: {
              exited: true,
              exitcode: 2,
              'out-data': base64('out'),
              'err-data': base64('err'),
            },
          };
    });
    const result = await agent.exec(['fio', '--version'], { input: 'in', env: { A: 'b' } });
    expect(result).toEqual({
      exitCode: 2,
      signal: null,
      stdout: 'out',
      stderr: 'err',
      truncated: false,
    });
    expect(requests[0]).toEqual({
      execute: 'guest-exec',
      arguments: {
        path: 'fio',
        arg: ['--version'],
        'capture-output': true,
        env: ['PATH=/usr/sbin:/usr/bin', 'A=b'],
        'input-data': base64('in'),
      },
    });
    expect(polls).toBe(4);
  });

  it('kills a command that does not end in time', async () => {
    const { agent, requests } = await agentWith(({ execute }) =>
      execute === 'guest-exec' ? { return: { pid: 12 } } : { return: { exited: false } },
    );
    await expect(agent.exec(['sleep', '9'], { timeoutMs: 30 })).rejects.toThrow(
      'sleep 9 in host1 did not end within 30 ms and was killed.',
    );
    expect(requests.at(-1)).toMatchObject({ arguments: { path: 'kill', arg: ['-KILL', '12'] } });
  });

  it('sends one request at a time and files in chunks', async () => {
    const written: Buffer[] = [];
    let reading = 0;
    const content = Buffer.alloc(600_000, 'abc');
    const { agent } = await agentWith(({ execute, arguments: args }) => {
      switch (execute) {
        case 'guest-file-open':
          return { return: 1000 };
        case 'guest-file-write': {
          // The agent may take less than it was given.
          const bytes = Buffer.from(String(args['buf-b64']), 'base64').subarray(0, 100_000);
          written.push(bytes);
          return { return: { count: bytes.length, eof: false } };
        }
        case 'guest-file-read': {
          const bytes = content.subarray(reading, reading + 250_000);
          reading += bytes.length;
          return {
            return: {
              count: bytes.length,
              'buf-b64': bytes.toString('base64'),
              eof: bytes.length < 250_000,
            },
          };
        }
        default:
          return { return: {} };
      }
    });
    const [, read] = await Promise.all([agent.writeFile('/a', content), agent.readFile('/b')]);
    expect(Buffer.concat(written).equals(content)).toBe(true);
    expect(read.equals(content)).toBe(true);
  });

  it('closes a file whose reading failed and tells the first error', async () => {
    const { agent, requests } = await agentWith(({ execute }) =>
      execute === 'guest-file-open' ? { return: 5 } : { error: { desc: `${execute} failed` } },
    );
    await expect(agent.readFile('/a')).rejects.toThrow(
      'The guest agent of host1 refused: guest-file-read failed',
    );
    expect(requests.at(-1)).toMatchObject({
      execute: 'guest-file-close',
      arguments: { handle: 5 },
    });
  });

  it('reads the clock to the nanosecond', async () => {
    const { agent } = await agentWith((_, socket) => {
      socket.write('{"return": 1795376710883918123}\n');
      return undefined;
    });
    expect(await agent.time()).toBe(1_795_376_710_883_918_123n);
  });

  it('is of no use once an answer is overdue or the guest is gone', async () => {
    const { agent } = await agentWith(() => undefined);
    await expect(agent.execute('guest-ping', {}, 20)).rejects.toThrow(
      'The guest agent of host1 is gone: it did not answer guest-ping within 20 ms.',
    );
    await expect(agent.execute('guest-ping')).rejects.toThrow(/is gone/);

    const { agent: other, theirs } = await agentWith(() => undefined);
    const asked = other.execute('guest-ping');
    theirs.destroy();
    await expect(asked).rejects.toThrow(/is gone: the connection/);
  });
});
