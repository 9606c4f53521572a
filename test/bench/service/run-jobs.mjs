import { randomUUID } from 'node:crypto';

const WORKERS = 4;
const SLOTS = 16;
let known = null;

/** Submits jobs, and has workers bring them through every state to their outcome as fast as they can. */
export async function runJobs(service, count) {
  known ??= await Promise.all(
    Array.from({ length: WORKERS }, (_, index) => service.worker(`bench-${index + 1}`, SLOTS)),
  );
  const { runId } = await service.submit(count);
  const finished = { count: 0 };
  await Promise.all(known.map((ask) => work(ask, finished, count)));
  const { progress } = await service.ask('GET', `/runs/${runId}`);
  if (progress.states.finished !== count) throw new Error('not every job has an outcome');
}

async function work(ask, finished, count) {
  const instance = randomUUID();
  const taken = new Set();
  const running = new Set();
  while (finished.count < count) {
    const { attemptIds } = await ask('GET', '/worker/assignments');
    const fresh = attemptIds.filter((id) => !taken.has(id));
    for (const id of fresh) {
      taken.add(id);
      const attempt = perform(ask, id, instance).then(() => {
        finished.count += 1;
        running.delete(attempt);
      });
      running.add(attempt);
    }
    // A slot that is free again is what there is to ask for.
    if (fresh.length === 0) await Promise.race([...running, new Promise((r) => setTimeout(r, 5))]);
  }
  await Promise.all(running);
}

async function perform(ask, attemptId, instance) {
  const of = `/worker/attempts/${attemptId}`;
  const { fencingToken, seed, scenario } = await ask('POST', `${of}/claim`, { instance });
  for (const state of ['running', 'uploading', 'judging']) {
    await ask('POST', `${of}/advance`, { fencingToken, state });
  }
  const result = { kind: 'judged', verdict: verdictOf(scenario.name, seed) };
  await ask('POST', `${of}/finish`, { fencingToken, result, uploadIds: [] });
}

function verdictOf(scenario, seed) {
  const verdict = 'inconclusive';
  const profiles = ['cqt-zero-10s', 'cqt-zero-immediate', 'tp4129-strict'];
  return {
    ...{ schema: 'fenceline.verdict/v1', scenario, seed, verdict, asExpected: false },
    recording: { sha256: 'ab'.repeat(32) },
    verifier: { version: '0.0.0' },
    profile: profiles[0],
    profiles: profiles.map((name) => ({ name, verdict, margins: [] })),
    ...{ rules: [], findings: [], margins: [], longestStallMs: null, kernels: {} },
    inconclusive: [{ reason: 'Nothing was exercised.' }],
    exercised: {
      ...{ outstanding: 0, completeUnapplied: 0, retriedEarly: 0 },
      ...{ couldLand: 0, landedLate: 0, unattributed: 0 },
    },
    evidence: 'none',
    durationMs: {},
  };
}
