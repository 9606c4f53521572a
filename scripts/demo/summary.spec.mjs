import { describe, expect, it } from 'vitest';
import { summarise } from './summary.mjs';

const kernel = { name: 'debian:6.1', version: '6.1.0-56-amd64', capabilities: [] };
const verdict = {
  schema: 'fenceline.verdict/v1',
  verdict: 'violation',
  kernels: { A: kernel, host1: kernel },
  findings: [
    {
      rule: 'no-stale-overwrite',
      sentence: 'An older write landed over a newer one.',
      witness: {
        lba: 36,
        path: 'A',
        otherPath: 'B',
        steps: [{ ms: 32829.796, what: 'the older write is applied' }],
      },
    },
  ],
};

const files = {
  report: 'evidence/demo/one/report.html',
  evidence: 'evidence/demo/one/evidence.tar.zst',
  page: 'http://127.0.0.1:8080/jobs/one#code=flc_x',
};

describe('the end of the demonstration', () => {
  it('names what was proved, the write and where the proof lies', () => {
    const text = summarise(verdict, { exitCode: 0, summary: '' }, files);
    expect(text).toContain('Proved');
    expect(text).toContain('LBA 36, first sent over path A, newer write over path B');
    expect(text).toContain('32829.796 ms  the older write is applied');
    expect(text).toContain('evidence/demo/one/report.html');
    expect(text.match(/6\.1\.0-56-amd64/g)).toHaveLength(1);
    expect(text).toContain(files.page);
  });

  it('names no page of a service that is stopped', () => {
    const stopped = { ...files, page: null };
    for (const result of [verdict, null]) {
      expect(summarise(result, { exitCode: 0, summary: '' }, stopped)).not.toMatch(/page|null/);
    }
  });

  it('claims nothing when the verdict is not the expected one', () => {
    const inconclusive = { ...verdict, verdict: 'inconclusive', findings: [] };
    const text = summarise(inconclusive, { exitCode: 2, summary: '' }, files);
    expect(text).not.toContain('Proved');
    expect(text).toContain('not what the scenario expects');
  });

  it('says what stopped it when there is no verdict', () => {
    const nothing = { report: null, evidence: null };
    const text = summarise(null, { exitCode: 3, summary: 'QEMU ended.' }, nothing);
    expect(text).toContain('QEMU ended.');
    expect(text).toContain('nothing');
    expect(text).toContain('doctor');
  });
});
