import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { endedForGood } from '@fenceline/contracts/exit-code';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Supervisor, type RunningState } from './supervisor.js';
import { standIn, storyOf } from './testing/stand-in.testing.js';

let folder: string;
let said: string[];
let running: RunningState[];
let onChange: () => void;
let supervisor: Supervisor;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'fenceline-launcher-'));
  said = [];
  running = [];
  onChange = () => undefined;
  supervisor = new Supervisor({
    report: (line) => said.push(line),
    onChange: (parts) => {
      running = parts;
      onChange();
    },
    backOffMs: { first: 1, most: 4 },
  });
});

afterEach(async () => {
  supervisor.hurry();
  await supervisor.stop();
  await rm(folder, { recursive: true, force: true });
});

/** Resolves when what runs is so. */
function whenRunning(condition: () => boolean): Promise<void> {
  return new Promise((resolve) => {
    onChange = () => condition() && resolve();
    onChange();
  });
}

describe('the supervisor', () => {
  it('starts parts in order, each when the one before is ready, and stops them in the opposite order', async () => {
    for (const name of ['one', 'two', 'three']) await supervisor.start(standIn(folder, name));
    expect(running.map(({ name }) => name)).toEqual(['one', 'two', 'three']);
    await supervisor.stop();
    expect(running).toEqual([]);
    expect(storyOf(folder)).toEqual([
      ...['one starts', 'two starts', 'three starts'],
      ...['three ends', 'two ends', 'one ends'],
    ]);
    expect(said).toEqual([]);
  });

  it('stops a part that comes up while all are being stopped', async () => {
    const one = standIn(folder, 'one');
    // As a server that cannot be told to end before it is up.
    const deaf = { ...one, start: () => one.start(new AbortController().signal) };
    const starting = expect(supervisor.start(deaf)).rejects.toThrow('not wanted any more');
    await supervisor.stop();
    await starting;
    expect(storyOf(folder)).toEqual(['one starts', 'one ends']);
  });

  it('starts a part again that was killed, and leaves the others alone', async () => {
    await supervisor.start(standIn(folder, 'one'));
    await supervisor.start(standIn(folder, 'two'));
    const [one, two] = running;
    process.kill(one!.pid, 'SIGKILL');
    await whenRunning(() => running.some((part) => part.name === 'one' && part.restarts === 1));
    expect(running.find(({ name }) => name === 'one')?.pid).not.toBe(one!.pid);
    expect(running.find(({ name }) => name === 'two')).toEqual(two);
    expect(said).toEqual(['one ended (by SIGKILL); it is started again.', 'one is up again.']);
  });

  it('goes on trying, and says each time what stood in the way', async () => {
    // Comes up at the first and at the fourth start.
    const body = `
import { readFileSync } from 'node:fs';
const starts = readFileSync(${JSON.stringify(path.join('FOLDER', 'story'))}, 'utf8').match(/starts/g).length;
if (starts === 2 || starts === 3) { console.error('no luck'); process.exit(7); }
setInterval(() => undefined, 1000);
console.log('{}');`.replace('FOLDER', folder);
    await supervisor.start(standIn(folder, 'one', body));
    process.kill(running[0]!.pid, 'SIGKILL');
    await whenRunning(() => running[0]?.restarts === 3);
    expect(said).toHaveLength(4);
    expect(said[1]).toMatch(/^one did not start \(exit code 7\):\nno luck/);
    expect(said[2]).toMatch(/^one did not start \(exit code 7\):/);
  });

  it('leaves a part that says that it would end in the same way again, and repeats what mends it', async () => {
    const body = `
console.log('{}');
console.error('The door is locked. To mend it: open it.');
process.exitCode = ${endedForGood};`;
    const [part, other] = [standIn(folder, 'one', body), standIn(folder, 'two')];
    await supervisor.start(other);
    await supervisor.start(part);
    const locked = 'one ended and is not started again. The door is locked. To mend it: open it.';
    await whenRunning(() => said.includes(locked));
    expect(running.map(({ name }) => name)).toEqual(['two']);
    await supervisor.stop();
    expect(storyOf(folder).filter((line) => line === 'one starts')).toHaveLength(1);
    expect(said).toEqual([locked]);
  });

  it('throws where a part does not come up the first time', async () => {
    const part = standIn(folder, 'one', `console.error('wrong settings'); process.exitCode = 1;`);
    await expect(supervisor.start(part)).rejects.toThrow(
      /^one did not start \(exit code 1\):\nwrong settings/,
    );
    expect(running).toEqual([]);
  });

  it('ends a part that is still starting when all are stopped', async () => {
    await supervisor.start(standIn(folder, 'one'));
    const never = standIn(folder, 'two', 'setInterval(() => undefined, 1000);');
    const starting = expect(supervisor.start(never)).rejects.toThrow('two did not start');
    await supervisor.stop();
    await starting;
    expect(running).toEqual([]);
  });

  describe('with a part that finishes what it does', () => {
    // The first signal is heard and not followed.
    const drains = `
let asked = 0;
const ask = () => { asked += 1; tell('is asked'); if (asked === 2) process.exit(0); };
process.on('SIGTERM', ask).on('SIGINT', ask);
setInterval(() => undefined, 1000);
console.log('{}');`;

    it('ends it at once when it is told to hurry', async () => {
      await supervisor.start(standIn(folder, 'one', drains, 600_000));
      const stopped = supervisor.stop();
      supervisor.hurry();
      await stopped;
      expect(storyOf(folder).at(-1)).toBe('one ends');
    });

    it('waits for no longer than its bound', async () => {
      await supervisor.start(standIn(folder, 'one', drains, 100));
      await supervisor.stop();
      expect(storyOf(folder)).toEqual(['one starts', 'one is asked', 'one is asked', 'one ends']);
    });
  });
});
