import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { connect, type Client } from '@fenceline/client';
import { parseScenario, ruleNameSchema, type RuleName, type Verdict } from '@fenceline/contracts';
import type { Capacity } from '@fenceline/contracts/api';
import { hashOf, newSecret } from '../access/secrets.js';
import type { TestService } from './test-service.testing.js';

/** A scenario of a spec: without a fence a violation of four rules is expected, with CCR a pass. */
export const scenarioText = readFileSync('scenarios/stuck-write.yaml', 'utf8');

export interface TestWorker {
  id: string;
  /** The API as the worker sees it. */
  client: Client;
  credential: string;
}

/** A worker that was heard of just now. */
export async function createWorker(
  { database: { prisma }, projectId, url }: Pick<TestService, 'database' | 'projectId' | 'url'>,
  capacity: Partial<Capacity> = {},
): Promise<TestWorker> {
  const credential = newSecret('flw');
  const { id } = await prisma.worker.create({
    data: {
      projectId,
      owner: 'alice',
      name: `w-${randomUUID().slice(0, 8)}`,
      credentialHash: hashOf(credential),
      slots: 1,
      memoryMib: 8192,
      cores: 8,
      accelerator: 'tcg',
      labels: [],
      version: 'spec',
      lastSeenAt: new Date(),
      ...capacity,
    },
  });
  return { id, credential, client: connect({ service: url, token: credential }) };
}

export interface JobFields {
  owner?: string;
  priority?: number;
  memoryMib?: number;
  cores?: number;
  accelerator?: 'none' | 'any' | 'kvm' | 'tcg';
  labels?: string[];
  timeoutS?: number;
}

/** Jobs of a new run that wait, oldest first. @returns their ids in this order */
export async function createJobs(
  { database: { prisma }, projectId }: TestService,
  count: number,
  fields: JobFields = {},
): Promise<string[]> {
  const { owner = 'alice', memoryMib = 256, cores = 1 } = fields;
  const { accelerator = 'none', labels = [] } = fields;
  const hash = hashOf(scenarioText).toString('hex');
  const scenario = { projectId, owner, hash, name: 'stuck-write', text: scenarioText };
  await prisma.scenario.upsert({
    where: { projectId_hash: { projectId, hash } },
    create: scenario,
    update: {},
  });
  const run = await prisma.run.create({
    data: { projectId, owner, name: 'spec', spec: {}, labels: [], jobCount: count },
  });
  const now = Date.now();
  const jobs = Array.from({ length: count }, (_, index) => ({
    id: randomUUID(),
    projectId,
    owner,
    runId: run.id,
    scenarioHash: hash,
    scenarioName: 'stuck-write',
    pinned: [],
    seed: index,
    driver: accelerator === 'none' ? 'simulated' : 'qemu',
    labels: [],
    priority: fields.priority ?? 0,
    needs: { memoryMib, cores, accelerator, labels },
    memoryMib,
    cores,
    timeoutS: fields.timeoutS ?? 600,
    queuedAt: new Date(now - (count - index)),
  }));
  await prisma.job.createMany({ data: jobs });
  return jobs.map(({ id }) => id);
}

/** A verdict of the scenario. With CCR the kernels can fence, and a pass is expected. */
export function verdictOf(
  verdict: Verdict['verdict'],
  { ccr = false, rules = expectedRules() }: { ccr?: boolean; rules?: readonly RuleName[] } = {},
): Verdict {
  const violated = verdict === 'violation' ? rules : [];
  const profiles = ['cqt-zero-10s', 'cqt-zero-immediate', 'tp4129-strict'] as const;
  return {
    schema: 'fenceline.verdict/v1',
    scenario: 'stuck-write',
    seed: 1,
    verdict,
    asExpected: true,
    recording: { sha256: 'ab'.repeat(32) },
    verifier: { version: '1.0.0' },
    profile: 'cqt-zero-10s',
    profiles: profiles.map((name) => ({ name, verdict, margins: [] })),
    rules: ruleNameSchema.options.map((rule) => ({
      rule,
      status: violated.includes(rule) ? 'violated' : 'held',
      reason: '',
    })),
    findings: violated.map((rule) => ({
      rule,
      blame: 'host',
      blamed: 'host1',
      harm: 'landed',
      sentence: `${rule} is violated.`,
      witness: { steps: [] },
    })),
    inconclusive: verdict === 'inconclusive' ? [{ reason: 'The recorder stood still.' }] : [],
    margins: [],
    exercised: {
      outstanding: 1,
      completeUnapplied: 1,
      retriedEarly: 1,
      couldLand: 1,
      landedLate: 1,
      unattributed: 0,
    },
    longestStallMs: null,
    kernels: {
      A: { name: 'debian:6.1', version: '6.1.0', capabilities: ccr ? ['ccr'] : [] },
    },
    evidence: 'evidence',
    durationMs: {},
  };
}

/** The rules that the scenario expects to be violated. */
function expectedRules(): RuleName[] {
  const parsed = parseScenario(scenarioText, 'scenario');
  if (!parsed.ok) throw new Error(parsed.problems[0]!.message);
  return parsed.scenario.expect.flatMap(({ violates }) => violates);
}
