import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { block, concat, TestAssociation, Traffic } from '@fenceline/history/testing';
import { afterAll, describe, expect, it } from 'vitest';
import { root } from '../support/run-fenceline.js';

const missing = spawnSync('tshark', ['--version']).error !== undefined;
const folder = mkdtempSync(join(tmpdir(), 'fenceline-decode-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Row {
  frame: number;
  time: string;
  cid: number;
  slba: number | null;
  nlb: number | null;
  statusCode: number | null;
  answerFrame: number | null;
  opcode: string;
}

function capture(make: (traffic: Traffic) => void): string {
  const traffic = new Traffic();
  make(traffic);
  const file = join(folder, 'capture.pcapng');
  writeFileSync(file, traffic.links[0]!.captures.host.take(new ArrayBuffer(64)));
  return file;
}

function ours(file: string): Row[] {
  const text = execFileSync(join(root, 'fenceline'), ['decode', '--json', file], {
    encoding: 'utf8',
  });
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Row);
}

/** Fields of the frames that tshark takes for NVMe. */
function tshark(file: string, filter: string, fields: readonly string[]): string[][] {
  const wanted = fields.flatMap((field) => ['-e', field]);
  const text = execFileSync(
    'tshark',
    ['-n', '-r', file, '-Y', filter, '-T', 'fields', '-E', 'separator=|', ...wanted],
    { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] },
  );
  return text
    .trimEnd()
    .split('\n')
    .map((line) => line.split('|'));
}

const hex = (value: number, digits: number) => `0x${value.toString(16).padStart(digits, '0')}`;
const epoch = (time: string) => {
  const [date, fraction] = time.split('.');
  return `${Date.parse(`${date!}Z`) / 1000}.${fraction!.slice(0, 9)}`;
};

const cases: Record<string, (traffic: Traffic) => void> = {
  'reads and small writes': (traffic) => io(traffic, {}),
  'header and data digests': (traffic) => io(traffic, { digests: { header: true, data: true } }),
  'PDUs split at odd bytes': (traffic) => io(traffic, { splits: [5, 70, 3, 1000, 1] }),
};

function io(traffic: Traffic, options: ConstructorParameters<typeof TestAssociation>[2]): void {
  const association = new TestAssociation(traffic, traffic.link('A'), { cntlid: 7, ...options });
  for (let i = 0; i < 20; i++) {
    association.write(100 + i, 1000 + i, block(i + 1));
    if (i % 2 === 0) association.read(200 + i, 2000 + i, block(i), [1000]);
    association.answer(100 + i, i === 7 ? 0x280 : 0);
  }
  association.writeByR2t(300, 3000, concat(block(1), block(2)), [4096]);
  association.answer(300);
}

describe('fenceline decode beside tshark', () => {
  for (const [name, make] of Object.entries(cases)) {
    it(`finds the same commands and answers: ${name}`, (context) => {
      context.skip(missing, 'tshark is not installed: apt-get install tshark');
      const file = capture(make);
      const all = ours(file);
      const rows = all.filter(({ slba }) => slba !== null);
      const commands = tshark(file, 'nvme.cmd.slba', [
        'nvme.cmd.cid',
        'nvme.cmd.slba',
        'nvme.cmd.nlb',
      ]);
      const bySending = rows.toSorted((a, b) => a.frame - b.frame || a.cid - b.cid);
      expect(commands.map(([cid, slba, nlb]) => [cid, Number(slba), Number(nlb)])).toEqual(
        bySending.map(({ cid, slba, nlb }) => [hex(cid, 4), slba, nlb]),
      );
      // Reads travel whole in one frame, and so do all answers: their frames and times are the same.
      const sent = tshark(file, 'nvme.cmd.opc == 0x02 && nvme.cmd.slba', [
        'frame.number',
        'frame.time_epoch',
      ]);
      expect(sent).toEqual(
        bySending
          .filter(({ opcode }) => opcode === 'Read')
          .map(({ frame, time }) => [String(frame), epoch(time)]),
      );
      const answers = tshark(file, 'nvme.cqe.cid', [
        'frame.number',
        'nvme.cqe.cid',
        'nvme.cqe.status.sc',
        'nvme.cqe.status.sct',
      ]);
      // Reads, and Identify, are answered by their data: they have no completion queue entry.
      const answered = all.filter(({ opcode }) => opcode === 'Write' || opcode === 'Connect');
      expect(
        answers.map(([frame, cid, code, type]) => [
          Number(frame),
          cid,
          Number(type) * 256 + Number(code),
        ]),
      ).toEqual(
        answered.map(({ answerFrame, cid, statusCode }) => [answerFrame, hex(cid, 4), statusCode]),
      );
    });
  }
});
