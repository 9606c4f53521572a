import {
  ExitCode,
  exitCodeOf,
  type LabDriverName,
  type LabEvent,
  type Plan,
  type Verdict,
} from '@fenceline/contracts';
import { judgeEvidence, type JudgedEvidence } from '@fenceline/judge';
import {
  cannotSimulate,
  prepareLab,
  simulateInto,
  startLabProcess,
  type LabArtifacts,
  type LabEnded,
  type LabMessage,
} from '@fenceline/lab';
import { findLeftovers, removeLeftovers } from '@fenceline/vm';
import { messageOf } from '../message-of.js';
import { describeLabEvent } from '../progress/describe-lab-event.js';
import type { Progress } from '../progress/progress.js';
import { version } from '../version.js';
import { createEvidenceFolder, keepIfRecorded } from './evidence-folder.js';
import type { NoVerdict } from './no-verdict.js';
import type { StopSignals } from './stop-signals.js';

/** One scenario with one seed, ready to run. */
export interface PlannedRun {
  plan: Plan;
  /** The scenario's own text. */
  text: string;
  /** Folder in which the evidence gets a folder of its own. */
  out: string;
  keep: boolean;
  driver: LabDriverName;
}

/** What came of a run. */
export type RunResult =
  | {
      exitCode: ExitCode;
      verdict: Verdict;
      report: string;
      /** Why the verdict is not as expected. */
      deviations: readonly string[];
      /** Whether the scenario expects nothing of these kernels. */
      skipped: boolean;
    }
  | { exitCode: ExitCode; noVerdict: NoVerdict };

/**
 * Runs one lab to its end, for which what it boots is prepared before, and judges what it recorded.
 *
 * @throws UsageError where the evidence cannot be written; whatever else goes wrong is a result
 */
export async function runScenario(
  run: PlannedRun,
  progress: Progress,
  signals: StopSignals,
): Promise<RunResult> {
  const { scenario, seed } = run.plan;
  progress.title(`${scenario.name}, seed ${seed}`);
  const folder = await createEvidenceFolder(run.out, scenario.name, seed, new Date());
  return await new Attempt(run, folder, progress, signals).toTheEnd();
}

const noReason = 'The lab gave no reason.';

/** A run ended without a verdict. */
class Ended extends Error {
  constructor(
    readonly outcome: NoVerdict['outcome'],
    message: string,
  ) {
    super(message);
  }
}

class Attempt {
  private readonly startedAt = performance.now();
  private durationMs: Record<string, number> = {};

  constructor(
    private readonly run: PlannedRun,
    private readonly folder: string,
    private readonly progress: Progress,
    private readonly signals: StopSignals,
  ) {}

  async toTheEnd(): Promise<RunResult> {
    try {
      if (this.run.driver === 'simulated') {
        await this.timed('simulate', () => this.simulate());
      } else {
        const artifacts = await this.timed('prepare', () => this.prepare());
        await this.lab(artifacts);
      }
      const judged = await this.judge();
      this.progress.end('done');
      return this.withVerdict(judged);
    } catch (error) {
      this.progress.end('failed');
      return await this.withoutVerdict(error);
    }
  }

  private async simulate(): Promise<void> {
    const { plan } = this.run;
    const problem = cannotSimulate(plan);
    if (problem !== null) throw new Ended('skipped', `It cannot be simulated: ${problem}.`);
    this.progress.stage('simulate', `${plan.hosts.length + plan.nodes.length} hosts and nodes`);
    const request = {
      plan,
      scenarioText: this.run.text,
      fencelineVersion: version,
      evidenceDir: this.folder,
    };
    const end = await simulateInto(request, (message) => {
      if (message.type === 'event') this.showEvent(message.event);
    });
    if (end.outcome !== 'recorded') throw new Ended(end.outcome, end.message ?? noReason);
  }

  /** Kernels and images: minutes when they are fetched for the first time, else a moment. */
  private async prepare(): Promise<LabArtifacts> {
    this.progress.stage('prepare', 'kernels, guest images, accelerator');
    this.onStop('stopping as soon as what is being fetched or built is done');
    try {
      const artifacts = await prepareLab(this.run.plan, version, (text) =>
        this.progress.status(text),
      );
      if (!this.signals.asked) {
        return artifacts;
      }
    } catch (error) {
      // Ctrl-C ends the programs that fetch and build as well: their failure is not the reason then.
      if (!this.signals.asked) {
        throw error;
      }
    }
    throw new Ended('cancelled', 'Stopped on request, before the lab was started.');
  }

  private async lab(artifacts: LabArtifacts): Promise<void> {
    const request = {
      plan: this.run.plan,
      artifacts,
      scenarioText: this.run.text,
      evidenceDir: this.folder,
      keepRunFolder: this.run.keep,
    };
    const lab = startLabProcess({ type: 'start', request }, (message) => this.show(message));
    this.signals.onStop((how) => {
      this.progress.note(
        how === 'graceful'
          ? 'stopping: the recording is being closed; ask again to end at once'
          : 'ending at once',
      );
      lab.stop(how);
    });
    const end: LabEnded = await lab.ended;
    if (end.durationMs.teardown !== undefined) {
      this.progress.end('done');
    }
    Object.assign(this.durationMs, end.durationMs);
    if (end.outcome !== 'recorded') {
      await this.clearUpAfterLab();
      // A lab that was killed because somebody asked twice did not break.
      throw new Ended(this.signals.asked ? 'cancelled' : end.outcome, end.message ?? noReason);
    }
  }

  /** A lab that was killed could not do it itself. */
  private async clearUpAfterLab(): Promise<void> {
    if (this.run.keep) {
      return;
    }
    try {
      await removeLeftovers(await findLeftovers());
    } catch (error) {
      this.progress.note(`what is left of the lab could not be removed: ${messageOf(error)}`);
    }
  }

  private async judge(): Promise<JudgedEvidence> {
    this.progress.stage('judge');
    this.onStop('stopping after the judgement');
    try {
      return await judgeEvidence(this.folder, { durationMs: this.times() });
    } catch (error) {
      throw new Ended(
        'error',
        `The recording is complete, but it could not be judged: ${messageOf(error)}`,
      );
    }
  }

  /** Where work cannot be cut short: the first wish is heeded at its end, the second at once. */
  private onStop(note: string): void {
    this.signals.onStop((how) => {
      this.progress.note(how === 'graceful' ? note : 'ending at once');
      if (how === 'now') {
        void keepIfRecorded(this.folder).then(() => process.exit(ExitCode.error));
      }
    });
  }

  private show(message: LabMessage): void {
    switch (message.type) {
      case 'phase':
        if (message.failed === true) {
          this.progress.end('failed');
        }
        this.progress.stage(message.phase, message.detail);
        return;
      case 'status':
        this.progress.status(message.text);
        return;
      case 'event':
        this.showEvent(message.event);
        return;
      case 'glimpse':
    }
  }

  private showEvent(event: LabEvent): void {
    const fact = describeLabEvent(event);
    if (fact !== null) {
      this.progress.note(`${(event.t / 1e9).toFixed(3).padStart(8)} s  ${fact}`);
    }
  }

  private async timed<T>(name: string, work: () => Promise<T>): Promise<T> {
    const from = performance.now();
    try {
      return await work();
    } finally {
      this.durationMs[name] = Math.round(performance.now() - from);
    }
  }

  private times(): Record<string, number> {
    return { ...this.durationMs, total: Math.round(performance.now() - this.startedAt) };
  }

  private withVerdict({ verdict, shortfalls, expectation, report }: JudgedEvidence): RunResult {
    const { control } = this.run.plan.scenario;
    const skipped = expectation === undefined;
    const ended = skipped
      ? ({ outcome: 'skipped' } as const)
      : ({ outcome: 'judged', shortfalls, control } as const);
    return {
      exitCode: exitCodeOf(ended),
      verdict,
      report,
      deviations: shortfalls.map((shortfall) => shortfall.reason),
      skipped,
    };
  }

  private async withoutVerdict(error: unknown): Promise<RunResult> {
    const outcome = error instanceof Ended ? error.outcome : 'error';
    return {
      exitCode: exitCodeOf({ outcome }),
      noVerdict: {
        schema: 'fenceline.no-verdict/v1',
        scenario: this.run.plan.scenario.name,
        seed: this.run.plan.seed,
        outcome,
        message: messageOf(error),
        evidence: (await keepIfRecorded(this.folder)) ? this.folder : null,
        durationMs: this.times(),
      },
    };
  }
}
