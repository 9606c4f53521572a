import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { block, TestAssociation, Traffic } from '@fenceline/history/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

/** The built command line (`npm run build`), as people start it. */
const program = path.resolve(import.meta.dirname, '../../../../fenceline');

let folder: string;
let capture: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'fenceline-decode-'));
  capture = path.join(folder, 'a, b.pcapng');
  await writeFile(capture, someCapture());
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

/** A capture at the host's port: two Connects, Identify, a write that failed and one without an answer. */
function someCapture(): Uint8Array {
  const traffic = new Traffic();
  const link = traffic.link('A');
  const association = new TestAssociation(traffic, link, { cntlid: 3 });
  association.write(1, 100, block(1));
  association.answer(1, 0x280);
  association.write(2, 200, block(2));
  return link.captures.host.take(new ArrayBuffer(64));
}

function start(...args: string[]) {
  const child = spawn(program, ['decode', ...args], { stdio: ['pipe', 'pipe', 'pipe'] });
  const output = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk: Buffer) => (output.stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output.stderr += chunk.toString()));
  const ended = new Promise<typeof output & { code: number | null }>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ ...output, code }));
  });
  return { child, ended };
}

const decode = (...args: string[]) => start(...args).ended;

describe('fenceline decode', () => {
  it('prints an aligned table without colours into a pipe', async () => {
    const { code, stdout, stderr } = await decode(capture);
    expect([code, stderr]).toEqual([0, '']);
    const [head, ...rows] = stdout.trimEnd().split('\n');
    expect(head).toMatch(/^ +frame +seconds +assoc +queue +cid +opcode +nsid +slba +nlb +bytes/);
    expect(rows).toHaveLength(5);
    expect(rows[3]).toMatch(
      / 1 +1 +1 +Write +1 +100 +1 +4096 +0\.\d{3} +Write Fault +10\.0\.1\.1:/,
    );
    expect(rows[4]).toMatch(/ Write +1 +200 .* no answer so far /);
    expect(rows.map((row) => row.indexOf('10.0.1.1:'))).toEqual(
      rows.map(() => head!.indexOf('path')),
    );
    expect(stdout).not.toContain('\u001b');
  });

  it('prints one JSON object a line with --json', async () => {
    const { code, stdout } = await decode(capture, '--json');
    expect(code).toBe(0);
    const rows = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(rows).toHaveLength(5);
    expect(rows[3]).toMatchObject({
      file: capture,
      association: 1,
      queue: 1,
      cid: 1,
      opcode: 'Write',
      slba: 100,
      nlb: 1,
      bytes: 4096,
      status: 'Write Fault',
      statusCode: 0x280,
      end: 'answered',
    });
    expect(rows[3]?.['time']).toMatch(/^2023-11-14T22:13:20\.\d{9}Z$/);
    expect(rows[4]).toMatchObject({ status: null, latencyNs: null, end: 'capture-ended' });
  });

  it('prints RFC 4180 with --csv', async () => {
    const { stdout } = await decode(capture, '--csv');
    const lines = stdout.split('\r\n');
    expect(lines).toHaveLength(7);
    expect(lines[0]).toMatch(/^file,frame,time,association,queue,cid,opcode,/);
    expect(lines[4]).toMatch(
      /^".*a, b\.pcapng",\d+,2023-.*Z,1,1,1,Write,1,100,1,4096,Write Fault,640,/,
    );
    expect(lines[6]).toBe('');
  });

  it('prints rows before its input ends', async () => {
    const { child, ended } = start('-');
    const bytes = someCapture();
    child.stdin.write(bytes.subarray(0, bytes.length - 6000));
    await new Promise((resolve) => child.stdout.once('data', resolve));
    child.stdin.end(bytes.subarray(bytes.length - 6000));
    expect((await ended).stdout.trimEnd().split('\n')).toHaveLength(6);
  });

  it('ends in order when its reader has had enough', async () => {
    const { child, ended } = start(capture, capture);
    child.stdout.destroy();
    expect(await ended).toMatchObject({ code: 0, stderr: '' });
  });

  it('says where a capture is cut, and prints what is before', async () => {
    const bytes = someCapture();
    await writeFile(capture, bytes.subarray(0, bytes.length - 10));
    const { code, stdout, stderr } = await decode(capture);
    expect(code).toBe(3);
    expect(stdout).toContain('Connect');
    expect(stderr).toMatch(/is cut or damaged at byte \d+, behind frame \d+: the file ends inside/);
  });

  it('says what cannot be read', async () => {
    const text = path.join(folder, 'text');
    await writeFile(text, 'no capture at all, but long enough');
    for (const [file, says] of [
      [path.join(folder, 'missing'), 'cannot be read: ENOENT'],
      [folder, 'cannot be read: EISDIR'],
      [text, 'is no capture that can be read: not a pcapng file'],
    ] as const) {
      const { code, stderr } = await decode(file);
      expect([code, stderr.includes(says)]).toEqual([3, true]);
    }
    // One that is good is decoded all the same.
    expect((await decode(text, capture)).stdout).toContain('Write Fault');
  });

  it('refuses what makes no sense, and tells a capture without NVMe/TCP', async () => {
    for (const args of [
      [],
      ['--json', '--csv', capture],
      ['--port', '0', capture],
      ['--port', 'x'],
    ]) {
      expect((await decode(...args)).code).toBe(64);
    }
    const { code, stderr } = await decode(capture, '--port', '9');
    // Its connections begin with an ICReq.
    expect([code, stderr]).toEqual([0, '']);
  });
});
