import {
  chooseExpectation,
  commonCapabilities,
  meets,
  type Expectation,
  type Manifest,
  type Plan,
  type ProfileName,
  type Shortfall,
  type Verdict,
} from '@fenceline/contracts';
import { EvidenceReader, layout, writeFileAtomically } from '@fenceline/evidence';
import type { History } from '@fenceline/history';
import { htmlReport, type ReportInput } from '@fenceline/report';
import { judge, type Judgement } from '@fenceline/verifier';
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { phaseDurations } from './durations.js';
import { readRecording } from './read-recording.js';
import { undecided } from './undecided.js';
import { verifierVersion } from './version.js';

export interface JudgeOptions {
  /** The profile that decides, instead of the one that the scenario's expectation names. */
  profile?: ProfileName;
  /** Milliseconds by phase where the caller measured them; else they are read from the timeline. */
  durationMs?: Record<string, number>;
  /** What the verdict calls the evidence, where that is not the folder that is read. */
  evidence?: string;
  /**
   * Why an earlier try did not come to its end: nothing is decoded this time, and the verdict is inconclusive and says
   * so. For whoever judges in a process of its own, which may die.
   */
  failure?: string;
}

export interface JudgedRecording {
  verdict: Verdict;
  /** Null when the recording could not be decoded; the verdict is inconclusive then and says why. */
  history: History | null;
  /** Why the verdict is not as expected; empty when it is, and when nothing was expected. */
  shortfalls: Shortfall[];
  /** The expectation that holds for the kernels of the lab; undefined when there is none. */
  expectation: Expectation | undefined;
  /** What reports are made of. */
  input: ReportInput;
}

export interface JudgedEvidence extends JudgedRecording {
  /** Path of the HTML report. */
  report: string;
}

const defaultProfile: ProfileName = 'cqt-zero-10s';

/**
 * Judges a recording, and writes `verdict.json` and `report.html` beside it.
 *
 * @throws EvidenceError as `judgeRecording` does, and when the two documents cannot be written.
 */
export async function judgeEvidence(
  dir: string,
  options: JudgeOptions = {},
): Promise<JudgedEvidence> {
  const judged = await judgeRecording(dir, options);
  const report = join(dir, layout.report);
  await writeFileAtomically(join(dir, layout.verdict), judgementText(judged.verdict));
  await writeFileAtomically(report, htmlReport(judged.input));
  return { ...judged, report };
}

/**
 * Judges a recording and writes nothing.
 *
 * A recording that is cut, changed or makes no sense is judged inconclusive, with the reason.
 *
 * @throws EvidenceError when the folder is no evidence, or its manifest or plan cannot be read.
 */
export async function judgeRecording(
  dir: string,
  options: JudgeOptions = {},
): Promise<JudgedRecording> {
  return judgeOpened(await EvidenceReader.open(dir), { evidence: dir, ...options });
}

/**
 * Judges a recording that is open, wherever it lies.
 *
 * @throws EvidenceError when its plan cannot be read
 */
export async function judgeOpened(
  evidence: EvidenceReader,
  options: JudgeOptions = {},
): Promise<JudgedRecording> {
  const { manifest, recordingSha256 } = evidence;
  const plan = await evidence.plan();
  const expectation = chooseExpectation(
    plan.scenario,
    commonCapabilities(Object.values(manifest.kernels)),
  );
  const profile = options.profile ?? expectation?.profile ?? defaultProfile;
  const name = options.evidence ?? evidence.dir;
  const decision =
    options.failure === undefined
      ? await decide(evidence, name, plan, profile, expectation)
      : withoutHistory(undecided(profile, `The checker failed: ${options.failure}`));
  const { history, judgement, expected } = decision;
  const shortfalls = expectation ? meets(expectation, expected).shortfalls : [];
  const verdict: Verdict = {
    schema: 'fenceline.verdict/v1',
    scenario: manifest.scenario,
    seed: manifest.seed,
    verdict: judgement.verdict,
    asExpected: shortfalls.length === 0,
    ...(recordingSha256 === null ? {} : { recording: { sha256: recordingSha256 } }),
    verifier: { version: verifierVersion },
    profile: judgement.profile,
    profiles: judgement.profiles,
    rules: judgement.rules,
    findings: judgement.findings,
    inconclusive: judgement.inconclusive,
    margins: judgement.margins,
    exercised: judgement.exercised,
    longestStallMs: judgement.longestStallMs,
    kernels: kernelsOf(manifest),
    evidence: name,
    durationMs: options.durationMs ?? phaseDurations(history?.events ?? []),
  };
  const input = { verdict, history, plan, manifest, qemu: await qemuOf(evidence, plan) };
  return { verdict, history, shortfalls, expectation, input };
}

/** Writes a judgement beside the recording, under a name of its own, and gives back its path. */
export async function writeJudgement(dir: string, verdict: Verdict, now: Date): Promise<string> {
  const path = join(dir, layout.judgement(now.toISOString(), verdict.profile));
  await mkdir(dirname(path), { recursive: true });
  await writeFileAtomically(path, judgementText(verdict));
  return path;
}

function judgementText(verdict: Verdict): string {
  return `${JSON.stringify(verdict, null, 2)}\n`;
}

interface Decision {
  history: History | null;
  judgement: Omit<Judgement, 'counters'>;
  /** The judgement under the profile of the expectation, which may be another one. */
  expected: Parameters<typeof meets>[1];
}

async function decide(
  evidence: EvidenceReader,
  name: string,
  plan: Plan,
  profile: ProfileName,
  expectation: Expectation | undefined,
): Promise<Decision> {
  let history: History | null = null;
  try {
    history = await readRecording(evidence, plan);
    const judgement = judgeUnder(profile, history, plan, evidence.manifest);
    const other = expectation && expectation.profile !== profile;
    const expected = other
      ? judgeUnder(expectation.profile, history, plan, evidence.manifest)
      : judgement;
    return { history, judgement, expected: summary(expected) };
  } catch (error) {
    // Where the evidence was unpacked for a moment says nothing to anybody.
    const message = messageOf(error).replaceAll(evidence.dir, name);
    const what = history ? 'The history could not be judged' : 'The recording could not be read';
    return { ...withoutHistory(undecided(profile, `${what}: ${message}`)), history };
  }
}

function withoutHistory(judgement: Decision['judgement']): Decision {
  return { history: null, judgement, expected: summary(judgement) };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function judgeUnder(
  profile: ProfileName,
  history: History,
  plan: Plan,
  manifest: Manifest,
): Judgement {
  return judge(history, {
    profile,
    exercise: plan.scenario.exercise,
    allowIoErrors: plan.scenario.allow.ioErrors,
    steps: plan.steps,
    links: plan.links.map(({ name }) => name),
    stableBuffers: plan.workloads.every(({ argv }) => hasStableBuffers(argv)),
    hosts: Object.fromEntries(plan.scenario.hosts.map((host) => [host.name, host])),
    detectors: Object.fromEntries(
      Object.entries(manifest.kernels).map(([vm, { detectors }]) => [vm, detectors]),
    ),
  });
}

/** Direct I/O writes from the program's own buffers, which fio leaves alone until the write is done. */
function hasStableBuffers(argv: readonly string[]): boolean {
  return argv[0] === 'fio' && argv.includes('--direct=1') && !argv.includes('--ioengine=mmap');
}

function summary(judgement: Omit<Judgement, 'counters'>): Decision['expected'] {
  return {
    verdictPerProfile: Object.fromEntries(
      judgement.profiles.map(({ name, verdict }) => [name, verdict]),
    ),
    rules: judgement.rules,
  };
}

function kernelsOf(manifest: Manifest): Verdict['kernels'] {
  return Object.fromEntries(
    Object.entries(manifest.kernels).map(([vm, { name, version, capabilities }]) => [
      vm,
      { name, version, capabilities },
    ]),
  );
}

/** The command lines of the VMs, for the report; a recording that was cut early may lack some. */
async function qemuOf(
  evidence: EvidenceReader,
  plan: Plan,
): Promise<{ vm: string; commandLine: string[] }[]> {
  const lines: { vm: string; commandLine: string[] }[] = [];
  for (const { name } of [...plan.hosts, ...plan.nodes]) {
    const part = layout.qemu(name);
    if (!(await evidence.has(part))) continue;
    const commandLine = parseCommandLine(await evidence.text(part));
    if (commandLine) lines.push({ vm: name, commandLine });
  }
  return lines;
}

function parseCommandLine(text: string): string[] | null {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) && value.every((word) => typeof word === 'string') ? value : null;
  } catch {
    return null;
  }
}
