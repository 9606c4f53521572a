import { describe, expect, it } from 'vitest';
import { readFioResult } from './fio-result.js';

const job = (error: number, maxNs: number) => ({ error, write: { clat_ns: { max: maxNs } } });
const ended = { exitCode: 0, signal: null, log: '' };

describe('the result of fio', () => {
  it('is its worst latency where all went well, remarks before the JSON or not', () => {
    const output = `fio: a remark\n${JSON.stringify({ jobs: [job(0, 5e6), job(0, 7e6)] })}`;
    expect(readFioResult({ ...ended, output })).toEqual({
      errors: 0,
      worstLatencyNs: 7e6,
      broken: false,
    });
  });

  it('counts the errors that its I/O met', () => {
    const output = JSON.stringify({ jobs: [job(5, 1e6), job(0, 1e6)] });
    const log = 'fio: io_u error on file /dev/nvme0n1\nInput/output error\n';
    expect(readFioResult({ ...ended, exitCode: 1, output, log })).toMatchObject({
      errors: 1,
      broken: false,
      message: 'fio: io_u error on file /dev/nvme0n1; Input/output error',
    });
  });

  it.each([
    ['one that did not start', { exitCode: 1, output: '', log: 'fio: job needs a size\n' }],
    ['one without enough memory', { exitCode: 1, output: JSON.stringify({ jobs: [job(12, 0)] }) }],
    [
      'one that crashed',
      { exitCode: null, signal: 6, output: JSON.stringify({ jobs: [job(5, 0)] }) },
    ],
    [
      'one of which a job crashed',
      {
        exitCode: 1,
        output: JSON.stringify({ jobs: [job(5, 0)] }),
        log: 'fio: pid=191, got signal=11',
      },
    ],
  ])('blames no kernel for %s', (_what, remains) => {
    const result = readFioResult({ ...ended, ...remains });
    expect(result).toMatchObject({ errors: 0, broken: true });
    expect(result.message).toMatch(/^fio ended with (exit code 1|signal 6), \S/);
  });
});
