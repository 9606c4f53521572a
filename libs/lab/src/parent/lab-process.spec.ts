import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { LabRequest } from '../messages.js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startLabProcess, type LabMessage } from './lab-process.js';

/** A lab needs a plan; these stand-ins look at the folder alone. */
const request = { evidenceDir: '/nowhere', keepRunFolder: false } as LabRequest;

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'fenceline-lab-process-'));
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

/** Writes a module that stands in for the lab and starts it. */
async function start(code: string) {
  const entry = path.join(folder, 'lab.mjs');
  await writeFile(entry, code);
  const messages: LabMessage[] = [];
  let wake = (): void => undefined;
  const lab = startLabProcess(
    { type: 'start', request },
    (message) => {
      messages.push(message);
      wake();
    },
    entry,
  );
  const first = new Promise<void>((resolve) => (wake = resolve));
  return { lab, messages, first };
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

describe('a lab process', () => {
  it('gets its request, tells its progress in order and then its end', async () => {
    const { lab, messages } = await start(`
      process.on('message', ({ type, request }) => {
        process.send({ type: 'phase', phase: 'boot', t: 1, detail: request.evidenceDir });
        process.send({ type: 'status', t: 2, text: 'two of three' });
        process.send({ type: 'ended', outcome: 'recorded', durationMs: { boot: 3 } }, () => process.disconnect());
      });`);
    await expect(lab.ended).resolves.toEqual({
      type: 'ended',
      outcome: 'recorded',
      durationMs: { boot: 3 },
    });
    expect(messages).toEqual([
      { type: 'phase', phase: 'boot', t: 1, detail: '/nowhere' },
      { type: 'status', t: 2, text: 'two of three' },
    ]);
  });

  it('that dies before it reported is an error with its last words', async () => {
    const { lab } = await start(`
      console.error('the medium is full');
      process.exit(9);`);
    const end = await lab.ended;
    expect(end.outcome).toBe('error');
    expect(end.message).toContain('exit code 9');
    expect(end.message).toContain('the medium is full');
  });

  it('that is killed is an error that names the signal', async () => {
    const { lab } = await start(`process.kill(process.pid, 'SIGKILL');`);
    await expect(lab.ended).resolves.toMatchObject({
      outcome: 'error',
      message: expect.stringContaining('SIGKILL') as string,
    });
  });

  it('that does not exist is an error', async () => {
    const lab = startLabProcess(
      { type: 'start', request },
      () => undefined,
      path.join(folder, 'absent.mjs'),
    );
    await expect(lab.ended).resolves.toMatchObject({ outcome: 'error' });
  });

  it('is asked to end in order', async () => {
    const { lab, first } = await start(`
      process.on('message', ({ type, how }) => {
        if (type === 'start') process.send({ type: 'status', t: 0, text: 'running' });
        if (type === 'stop') {
          process.send({ type: 'ended', outcome: 'cancelled', message: how, durationMs: {} }, () => process.disconnect());
        }
      });`);
    await first;
    lab.stop('graceful');
    await expect(lab.ended).resolves.toMatchObject({ outcome: 'cancelled', message: 'graceful' });
  });

  it('that does not end at once when told to is killed', async () => {
    const { lab, messages, first } = await start(`
      process.on('message', () => process.send({ type: 'status', t: 0, text: String(process.pid) }));
      setInterval(() => {}, 1000);`);
    await first;
    lab.stop('now');
    await expect(lab.ended).resolves.toMatchObject({ outcome: 'error' });
    const [status] = messages;
    expect(status).toMatchObject({ type: 'status' });
    expect(isAlive(Number(status?.type === 'status' ? status.text : 0))).toBe(false);
  });

  it('is out of reach of the terminal: it has a process group of its own', async () => {
    const { lab, messages } = await start(`
      import { readFileSync } from 'node:fs';
      const fields = readFileSync('/proc/self/stat', 'utf8').split(') ')[1].split(' ');
      process.on('message', () => {
        process.send({ type: 'status', t: 0, text: fields[2] === String(process.pid) ? 'own' : 'ours' });
        process.send({ type: 'ended', outcome: 'recorded', durationMs: {} }, () => process.disconnect());
      });`);
    await lab.ended;
    expect(messages).toMatchObject([{ text: 'own' }]);
  });
});
