import { createHash, randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/**
 * In place of a lab: it takes 0.2 to 3 s and leaves a recording of 1 to 5 MB of bytes that no other one has. It speaks
 * the protocol of the lab's process, and ends when its parent is gone.
 */
let stop = () => undefined;
const stopped = new Promise((resolve) => (stop = () => resolve('cancelled')));
process.on('disconnect', () => process.exit(1));
process.on('message', (message) => {
  if (message.type === 'stop') stop();
  else void run(message.request);
});

async function run({ plan, evidenceDir }) {
  const share = createHash('sha256').update(`${plan.seed}`).digest().readUInt32BE() / 2 ** 32;
  const ms = 200 + share * 2800;
  const outcome = await Promise.race([delay(ms, 'recorded'), stopped]);
  await mkdir(evidenceDir, { recursive: true });
  const bytes = Math.round(2 ** 20 * (1 + share * 4));
  await writeFile(join(evidenceDir, 'recording.bin'), randomBytes(bytes));
  const manifest = {
    schema: 'fenceline.evidence/v1',
    driver: 'simulated',
    scenario: plan.scenario.name,
    seed: plan.seed,
    startedAt: new Date().toISOString(),
    fencelineVersion: '0.0.0',
    machine: null,
    kernels: {},
    images: {},
    guestPackages: {},
    parts: [],
    complete: false,
    incompleteBecause: 'It is of no lab.',
  };
  await writeFile(join(evidenceDir, 'manifest.json'), JSON.stringify(manifest));
  const message = 'It was told to stop.';
  process.send(
    { type: 'ended', outcome, durationMs: {}, ...(outcome !== 'recorded' && { message }) },
    () => process.exit(),
  );
}
