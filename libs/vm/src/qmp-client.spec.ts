import { describe, expect, it } from 'vitest';
import { QmpClient } from './qmp-client.js';
import { answer, socketPair } from './socket.testing.js';

const GREETING = '{"QMP": {"version": {}, "capabilities": []}}\r\n';

describe("a client of QEMU's monitor", () => {
  it('negotiates, executes and hears events', async () => {
    const { ours, theirs } = await socketPair();
    const qmp = new QmpClient('A', ours);
    const events: unknown[] = [];
    const stop = qmp.onEvent((event) => events.push(event));
    answer(theirs, ({ execute, id }) => {
      if (execute === 'qmp_capabilities') return { return: {}, id };
      theirs.write('{"event": "STOP", "timestamp": {"seconds": 1, "microseconds": 2}}\n');
      return { return: { status: execute }, id };
    });
    theirs.write(GREETING);
    await qmp.negotiate();
    expect(await qmp.execute('query-status')).toEqual({ status: 'query-status' });
    stop();
    await qmp.execute('query-status');
    expect(events).toEqual([{ event: 'STOP', data: {} }]);
  });

  it('matches answers to commands by their numbers', async () => {
    const { ours, theirs } = await socketPair();
    const qmp = new QmpClient('A', ours);
    const asked: number[] = [];
    answer(theirs, ({ id }) => {
      asked.push(id!);
      if (asked.length === 2) {
        theirs.write(
          asked
            .reverse()
            .map((n) => `${JSON.stringify({ return: n, id: n })}\n`)
            .join(''),
        );
      }
      return undefined;
    });
    expect(await Promise.all([qmp.execute('one'), qmp.execute('two')])).toEqual([1, 2]);
  });

  it('tells of refusal, silence and end', async () => {
    const { ours, theirs } = await socketPair();
    const qmp = new QmpClient('A', ours);
    answer(theirs, ({ execute, id }) => {
      if (execute === 'hang') return undefined;
      if (execute === 'die') theirs.destroy();
      return { error: { class: 'GenericError', desc: 'not today' }, id };
    });
    await expect(qmp.execute('x')).rejects.toThrow('QEMU of A refused x: not today');
    await expect(qmp.execute('hang', {}, 20)).rejects.toThrow('did not answer hang within 20 ms');
    await expect(qmp.execute('die')).rejects.toThrow(
      /QEMU of A is gone: the connection was closed/,
    );
    await expect(qmp.execute('later')).rejects.toThrow(/QEMU of A is gone/);
    await expect(qmp.negotiate()).rejects.toThrow(/QEMU of A is gone/);
  });

  it('gives up on a monitor that does not greet, or talks nonsense', async () => {
    const silent = await socketPair();
    await expect(new QmpClient('A', silent.ours).negotiate(20)).rejects.toThrow(/no greeting/);
    const mad = await socketPair();
    const qmp = new QmpClient('A', mad.ours);
    mad.theirs.write('hello\n');
    await expect(qmp.negotiate()).rejects.toThrow(/a line that is not JSON/);
  });
});
