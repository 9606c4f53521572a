import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/**
 * In place of the checker: it takes 50 to 300 ms and always says that nothing was exercised. The verdict names the
 * attempt whose folder it was made in, so that a verdict under another attempt's name is found out.
 */
process.on('disconnect', () => process.exit(1));
process.once('message', (request) => {
  judge(request).then(
    (answer) => process.send({ type: 'done', answer }, () => process.exit()),
    (error) => process.send({ type: 'failed', message: error.message }, () => process.exit()),
  );
});

async function judge({ evidence }) {
  await delay(50 + Math.random() * 250);
  const { attemptId } = JSON.parse(await readFile(join(evidence, '../owner.json'), 'utf8'));
  const { scenario, seed } = JSON.parse(await readFile(join(evidence, 'manifest.json'), 'utf8'));
  const recording = await readFile(join(evidence, 'recording.bin'));
  const verdict = verdictOf({ scenario, seed, attemptId, sha256: sha256(recording) });
  const files = [
    await write(evidence, 'verdict', 'verdict.json', JSON.stringify(verdict)),
    await write(evidence, 'report', 'report.html', `<!doctype html><p>${attemptId}</p>`),
  ];
  return { verdict, expected: true, files };
}

async function write(folder, kind, name, text) {
  const path = join(folder, name);
  await writeFile(path, text);
  return { path, kind, name, size: Buffer.byteLength(text), sha256: sha256(text) };
}

function verdictOf({ scenario, seed, attemptId, sha256 }) {
  const verdict = 'inconclusive';
  const profiles = ['cqt-zero-10s', 'cqt-zero-immediate', 'tp4129-strict'];
  return {
    schema: 'fenceline.verdict/v1',
    scenario,
    seed,
    verdict,
    asExpected: false,
    recording: { sha256 },
    verifier: { version: '0.0.0' },
    profile: profiles[0],
    profiles: profiles.map((name) => ({ name, verdict, margins: [] })),
    rules: [],
    findings: [],
    inconclusive: [{ reason: 'Nothing was exercised.' }],
    margins: [],
    exercised: {
      outstanding: 0,
      completeUnapplied: 0,
      retriedEarly: 0,
      couldLand: 0,
      landedLate: 0,
      unattributed: 0,
    },
    longestStallMs: null,
    kernels: {},
    evidence: attemptId,
    durationMs: {},
  };
}

function sha256(bytes) {
  return createHash('sha256').update(bytes).digest('hex');
}
