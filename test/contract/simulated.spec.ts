import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseScenario } from '@fenceline/contracts';
import { EvidenceReader, type MemoryEvidence } from '@fenceline/evidence';
import { judgeOpened } from '@fenceline/judge';
import { cannotSimulate, makePlan, runSimulatedLab, withKernel } from '@fenceline/lab';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { expectConformance } from '../support/conformance.js';
import { root, run, withFolder } from '../support/run-fenceline.js';
import { expectTsharkToAgree } from '../support/tshark.js';

const scenarios = readdirSync(join(root, 'scenarios')).filter((name) => name.endsWith('.yaml'));

/** @param kernel in every VM, in place of those that the scenario names */
async function planOf(name: string, seed: number, kernel?: string) {
  const text = await readFile(join(root, 'scenarios', name), 'utf8');
  const parsed = parseScenario(text, name);
  if (!parsed.ok) throw new Error(parsed.problems.map(({ message }) => message).join('\n'));
  const scenario = kernel === undefined ? parsed.scenario : withKernel(parsed.scenario, kernel);
  return { plan: makePlan(scenario, seed), scenarioText: text, fencelineVersion: '0.0.0' };
}

async function simulate(name: string, seed = 1, kernel?: string): Promise<MemoryEvidence> {
  const { end, evidence } = await runSimulatedLab(await planOf(name, seed, kernel));
  expect(end).toMatchObject({ outcome: 'recorded' });
  return evidence!;
}

afterEach(() => {
  vi.restoreAllMocks();
});

describe('a simulated lab', () => {
  it('owes what every driver owes', async () => {
    await expectConformance((await simulate('stuck-write.yaml')).reader('simulated'));
  });

  it('records the same with the same seed, byte for byte, and something else with another', async () => {
    const hashes = await withFolder(async (folder) => {
      const found: string[] = [];
      for (const [run, seed] of [7, 7, 8].entries()) {
        const evidence = await simulate('stuck-write.yaml', seed);
        const dir = join(folder, String(run));
        await evidence.save(dir);
        found.push(await readFile(join(dir, 'manifest.json'), 'utf8'));
      }
      return found;
    });
    expect(hashes[1]).toBe(hashes[0]);
    expect(hashes[2]).not.toBe(hashes[0]);
  });

  it('takes neither time nor timers from the machine', async () => {
    const used = [
      vi.spyOn(globalThis, 'setTimeout'),
      vi.spyOn(globalThis, 'setInterval'),
      vi.spyOn(globalThis, 'setImmediate'),
      vi.spyOn(Date, 'now'),
      vi.spyOn(performance, 'now'),
      vi.spyOn(process, 'hrtime'),
      vi.spyOn(Math, 'random'),
    ];
    const request = await planOf('stuck-write.yaml', 1);
    const { end } = await runSimulatedLab(request);
    for (const function_ of used) expect(function_).not.toHaveBeenCalled();
    expect(end.outcome).toBe('recorded');
  });

  it('says in its manifest that it was simulated', async () => {
    const { manifest } = (await simulate('no-fault.yaml')).reader('simulated');
    expect(manifest).toMatchObject({
      driver: 'simulated',
      machine: null,
      startedAt: '1970-01-01T00:00:00.000Z',
    });
  });

  it.each(
    ['debian:6.1', 'debian:6.1+ccr'].flatMap((kernel) =>
      scenarios.map((name) => ({ name, kernel })),
    ),
  )(
    'ends as $name expects of $kernel, or says why it cannot be simulated',
    async ({ name, kernel }) => {
      const { plan } = await planOf(name, 1, kernel);
      const problem = cannotSimulate(plan);
      if (problem !== null) {
        expect([name, problem]).toEqual([
          'kernel-defaults.yaml',
          'node A leaves its block layer to the kernel, and no kernel runs',
        ]);
        return;
      }
      const judged = await judgeOpened((await simulate(name, 1, kernel)).reader(name));
      expect(judged.shortfalls).toEqual([]);
      expect(judged.verdict.exercised.unattributed).toBe(0);
    },
  );

  it(
    'is read by tshark without a malformed packet or a retransmission that is none',
    () =>
      withFolder(async (dir) => {
        await (await simulate('stuck-write.yaml')).save(dir);
        await expectTsharkToAgree(dir);
      }),
    60_000,
  );

  it('runs from the command line, several files at once, and leaves evidence', () =>
    withFolder(async (folder) => {
      const files = ['stuck-write', 'kernel-defaults'].map((name) => `scenarios/${name}.yaml`);
      const options = ['--driver', 'simulated', '--out', folder, '--json'];
      const { exitCode, stdout } = await run(['fenceline', 'run', ...files, ...options]);
      const [verdict, skipped] = stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as { verdict?: string; evidence: string | null });
      expect(verdict).toMatchObject({ verdict: 'violation', asExpected: true });
      expect(skipped).toMatchObject({ outcome: 'skipped', evidence: null });
      expect(exitCode).toBe(0);
      const saved = await EvidenceReader.open(verdict!.evidence!);
      expect((await saved.verifySeal()).intact).toBe(true);
    }));
});
