import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parseScenario } from '@fenceline/contracts';
import { makePlan } from '@fenceline/lab';
import { expect, it } from 'vitest';
import { prepareStep } from './prepare-step.js';

const file = path.join(import.meta.dirname, '../../../../scenarios/stuck-write.yaml');

it('takes no kernel that the job does not pin, wherever else there may be one', async () => {
  const read = parseScenario(readFileSync(file, 'utf8'), file);
  if (!read.ok) throw new Error('the scenario cannot be read');
  const plan = makePlan(read.scenario, 1);
  const prepare = prepareStep(
    { step: 'prepare', plan, pinned: [], fencelineVersion: '0' },
    () => undefined,
  );
  await expect(prepare).rejects.toThrow('The job pins no kernel debian:6.1. Submit it again.');
});
