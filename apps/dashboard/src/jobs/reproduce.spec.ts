import { describe, expect, it } from 'vitest';
import { judgeAgainCommand, reproduceCommand, shellWord } from './reproduce.js';

const job = {
  id: '6f024181-6408-4587-a326-912634fc4819',
  scenario: { hash: 'ab'.repeat(32), name: 'stuck-write' },
  seed: 7,
  kernel: 'debian:6.1+ccr',
  driver: 'simulated' as const,
};

describe('the command that reproduces a job', () => {
  it('names scenario, seed, kernel and driver', () => {
    const command = reproduceCommand(job, 'http://127.0.0.1:8080');
    expect(command).toContain(`http://127.0.0.1:8080/api/v1/scenarios/${'ab'.repeat(32)}`);
    expect(command).toMatch(
      /> stuck-write\.yaml && \.\/fenceline run stuck-write\.yaml --seed 7 --kernel debian:6\.1\+ccr --driver simulated$/,
    );
    const plain = reproduceCommand({ ...job, kernel: null, driver: 'qemu' }, 'http://a');
    expect(plain).toMatch(/--seed 7$/);
  });

  it('judges its recording again', () => {
    expect(judgeAgainCommand(job, 'stuck-write-seed7.tar.zst')).toContain(job.id);
  });

  it.each([
    ['stuck-write.yaml', 'stuck-write.yaml'],
    ['a b', "'a b'"],
    ['$(id)', "'$(id)'"],
    ["it's", `'it'\\''s'`],
    ['', "''"],
  ])('gives a shell %s as one word', (word, quoted) => expect(shellWord(word)).toBe(quoted));
});
