import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { chooseExpectation, commonCapabilities, type Plan } from '@fenceline/contracts';
import type { Work } from '@fenceline/contracts/api';
import { layout, packEvidence, transportSuffix } from '@fenceline/evidence';
import {
  cannotSimulate,
  startLabProcess,
  type LabArtifacts,
  type LabProcess,
  type LabStart,
} from '@fenceline/lab';
import type { Accelerator } from '@fenceline/vm';
import type { Logger } from 'pino';
import { isRefused, Refused } from '../api/api-error.js';
import { untilReached } from '../api/back-off.js';
import type { Ticket, ToldStage, WorkerApi } from '../api/worker-api.js';
import type { Preparation } from '../pinned/prepare-work.js';
import type { LabFolder, LabFolders } from '../labs/lab-folders.js';
import { LeaseKeeper } from '../lease/lease-keeper.js';
import { LiveFeed } from '../live/live-feed.js';
import { messageOf } from '../message-of.js';
import { runStep } from '../steps/run-step.js';
import { localFile, type LocalFile } from '../upload/local-file.js';
import { uploadFile } from '../upload/upload-file.js';
import { version } from '../version.js';
import { begin, step, type AttemptState, type Effect, type Input } from './attempt-state.js';
import { DiskLimit } from './disk-limit.js';
import { planWork } from './plan-work.js';

/** A lab that is told to stop has ended its VMs after this time at the latest: then it is killed. */
const stopInOrderMs = 2_500;
/**
 * How long after the bound of an attempt what is left to be told may take: a service that stays away for longer hears
 * nothing of it.
 */
const tellWithinMs = 120_000;

/** Modules that speak the protocol of the lab's process, and of a step that judges. */
export interface AttemptPrograms {
  lab: string;
  judge: string;
}

/** What attempts need of this worker. */
export interface AttemptServices {
  api: WorkerApi;
  folders: LabFolders;
  /** Makes the kernels and images of a plan ready; see `prepareWork`. */
  prepare(plan: Plan, work: Work, status: (text: string) => void): Preparation;
  /** The most bytes that a lab may write. */
  labDiskBytes: number;
  /** Other programs than the built ones: tests have them. */
  programs?: AttemptPrograms | undefined;
  log: Logger;
}

type Of<Do extends Effect['do']> = Extract<Effect, { do: Do }>;

/** Performs one claimed attempt: what the state machine wants done is done here, in processes and over the network. */
export class AttemptRunner {
  private readonly ticket: Ticket;
  private readonly log: Logger;
  private readonly lease: LeaseKeeper;
  private readonly live: LiveFeed;
  private readonly left = new AbortController();
  private readonly timers: NodeJS.Timeout[] = [];
  private readonly startedAt = performance.now();
  private readonly durationMs: Record<string, number> = {};
  private state: AttemptState;
  private work = Promise.resolve();
  private cutShort: (how: 'in-order' | 'at-once') => void = () => undefined;
  private plan: Plan | null = null;
  private artifacts: LabArtifacts | null = null;
  private releasePinned: () => void = () => undefined;
  private folder: LabFolder | null = null;
  private documents: LocalFile[] = [];

  constructor(
    private readonly services: AttemptServices,
    private readonly job: Work,
    /** Told what guests turned out to run on here. */
    private readonly onAccelerator: (found: Accelerator) => void = () => undefined,
  ) {
    const { attemptId, fencingToken } = job;
    this.ticket = { attemptId, fencingToken };
    this.log = services.log.child({ attemptId, jobId: job.jobId });
    this.live = new LiveFeed((parts) => services.api.live(this.ticket, parts));
    const listener = {
      cancelled: () => this.take({ type: 'stop', why: 'cancel' }),
      superseded: () => this.take({ type: 'stop', why: 'superseded' }),
    };
    const { api } = services;
    const hold = (stage?: ToldStage) =>
      stage === undefined ? api.renew(this.ticket) : api.advance(this.ticket, stage);
    this.lease = new LeaseKeeper(hold, job.leaseSeconds, listener, this.log);
    this.state = begin().state;
  }

  /** Runs the attempt to its end; never rejects, and nothing of it is left then. */
  async toTheEnd(): Promise<void> {
    const bound = this.job.timeoutSeconds * 1000;
    this.after(bound, () => this.take({ type: 'stop', why: 'time-out' }));
    this.after(bound + tellWithinMs, () => this.leave());
    this.log.info({ scenario: this.job.scenario.name, seed: this.job.seed }, 'attempt begins');
    try {
      const { state, effects } = begin();
      this.state = state;
      effects.forEach((effect) => this.perform(effect));
      // Each piece of work may lead to another one.
      for (let awaited = null; awaited !== this.work;) {
        awaited = this.work;
        await awaited;
      }
    } finally {
      for (const timer of this.timers) clearTimeout(timer);
      this.live.end();
      await this.lease.end();
      this.releasePinned();
      await this.folder?.remove().catch((error: unknown) => {
        this.log.warn({ err: error }, 'the folder of the lab could not be removed');
      });
    }
    const { result, stop } = this.state;
    this.log.info({ result: result?.kind ?? null, stop }, 'attempt ended');
  }

  /** Asks the service at once what it wants of the attempt. */
  look(): void {
    this.lease.look();
  }

  /** Ends it without a word to the service: its lease runs out, and the job is placed anew. */
  leave(): void {
    this.take({ type: 'stop', why: 'leave' });
    this.left.abort(new Error('this worker leaves the attempt'));
  }

  private take(input: Input): void {
    const { state, effects } = step(this.state, input);
    if (state.stage !== this.state.stage) this.log.debug({ stage: state.stage }, 'next stage');
    this.state = state;
    effects.forEach((effect) => this.perform(effect));
  }

  private perform(effect: Effect): void {
    switch (effect.do) {
      case 'cut-short':
        this.cutShort(effect.how);
        return;
      case 'prepare':
        this.start('prepare', () => this.prepare());
        return;
      case 'run':
        this.lease.advance('running');
        this.start('lab', () => this.runLab());
        return;
      case 'upload-recording':
        this.lease.advance('uploading');
        this.start('upload', () => this.uploadRecording(effect));
        return;
      case 'judge':
        this.lease.advance('judging');
        this.start('judge', () => this.judge(effect));
        return;
      case 'upload-judgement':
        this.start('publish', () => this.upload(this.documents, false));
        return;
      case 'finish':
        this.start('finish', () => this.finish(effect));
        return;
      case 'surrender':
        this.start('surrender', () => this.surrender(effect));
        return;
    }
  }

  /** Begins a piece of work; what it comes to is the machine's next input. */
  private start(name: string, work: () => Promise<Input>): void {
    const from = performance.now();
    this.cutShort = () => undefined;
    this.live.step(name, '');
    this.work = work().then((input) => {
      if (name !== 'lab') this.durationMs[name] = Math.round(performance.now() - from);
      this.take(input);
    });
  }

  private async prepare(): Promise<Input> {
    try {
      const plan = planWork(this.job);
      this.plan = plan;
      this.folder = await this.services.folders.create(this.job.attemptId);
      if (this.job.driver === 'simulated') {
        const problem = cannotSimulate(plan);
        return problem === null
          ? { type: 'prepared' }
          : skipped(`It cannot be simulated: ${problem}.`);
      }
      // Nobody could have cut it short until here.
      if (this.state.stop !== null) return { type: 'prepared' };
      const preparing = this.services.prepare(plan, this.job, (text) =>
        this.live.step('prepare', text),
      );
      this.cutShort = () => preparing.kill();
      this.releasePinned = () => preparing.release();
      this.artifacts = await preparing.answer;
      this.onAccelerator(this.artifacts.machine.accelerator);
      const capabilities = commonCapabilities(Object.values(this.artifacts.kernels));
      return chooseExpectation(plan.scenario, capabilities) === undefined
        ? skipped('The scenario expects nothing of these kernels.')
        : { type: 'prepared' };
    } catch (error) {
      return { type: 'not-prepared', kind: 'error', message: messageOf(error) };
    }
  }

  private async runLab(): Promise<Input> {
    const folder = this.folder!;
    const lab = startLabProcess(
      this.labStart(),
      (message) => this.live.lab(message),
      this.services.programs?.lab,
    );
    this.cutShort = (how) => this.stopLab(lab, how);
    const limit = new DiskLimit(folder.evidence, this.services.labDiskBytes, () =>
      this.stopLab(lab, 'in-order'),
    );
    try {
      if (lab.pid !== undefined) await folder.began(lab.pid);
      const end = await lab.ended;
      Object.assign(this.durationMs, end.durationMs);
      if (limit.message !== null) return brokenLab(limit.message);
      const recorded = await isThere(join(folder.evidence, layout.manifest));
      return { type: 'lab-ended', end, recorded };
    } catch (error) {
      this.stopLab(lab, 'at-once');
      await lab.ended;
      return brokenLab(messageOf(error));
    } finally {
      limit.close();
    }
  }

  private labStart(): LabStart {
    const plan = this.plan!;
    const common = {
      plan,
      scenarioText: this.job.scenario.text,
      evidenceDir: this.folder!.evidence,
    };
    return this.artifacts === null
      ? { type: 'simulate', request: { ...common, fencelineVersion: version } }
      : {
          type: 'start',
          request: {
            ...common,
            artifacts: this.artifacts,
            keepRunFolder: false,
            glimpses: true,
          },
        };
  }

  private stopLab(lab: LabProcess, how: 'in-order' | 'at-once'): void {
    if (how === 'at-once') {
      lab.stop('now');
      return;
    }
    lab.stop('graceful');
    this.after(stopInOrderMs, () => lab.stop('now'));
  }

  private async uploadRecording({ surrender }: Of<'upload-recording'>): Promise<Input> {
    try {
      const name = this.evidenceName();
      const path = join(this.folder!.path, name);
      // A second try, as a superseded attempt, finds it packed.
      if (!(await isThere(path))) await packEvidence(this.folder!.evidence, path);
      return await this.upload([await localFile(path, 'evidence', name)], surrender);
    } catch (error) {
      const message = `The recording could not be packed: ${messageOf(error)}`;
      return { type: 'not-uploaded', superseded: false, message };
    }
  }

  private async upload(files: readonly LocalFile[], surrender: boolean): Promise<Input> {
    try {
      const uploadIds: string[] = [];
      for (const file of files) {
        const { signal } = this.left;
        uploadIds.push(await uploadFile(this.services.api, this.ticket, file, signal, surrender));
      }
      return { type: 'uploaded', uploadIds };
    } catch (error) {
      const superseded = isRefused(error, 'superseded');
      const message = `What was recorded could not be uploaded: ${messageOf(error)}`;
      return { type: 'not-uploaded', superseded, message };
    }
  }

  private async judge({ failure }: Of<'judge'>): Promise<Input> {
    const judging = runStep(
      {
        step: 'judge',
        evidence: this.folder!.evidence,
        name: this.evidenceName(),
        out: this.folder!.path,
        durationMs: {
          ...this.durationMs,
          total: Math.round(performance.now() - this.startedAt),
        },
        failure,
      },
      () => undefined,
      this.services.programs?.judge,
    );
    this.cutShort = () => judging.kill();
    try {
      const { verdict, expected, files } = await judging.answer;
      this.documents = files;
      return { type: 'judged', verdict, expected };
    } catch (error) {
      return { type: 'not-judged', message: messageOf(error) };
    }
  }

  private async finish({ result, uploadIds }: Of<'finish'>): Promise<Input> {
    return await this.tell(() => this.services.api.finish(this.ticket, result, [...uploadIds]));
  }

  private async surrender({ uploadIds }: Of<'surrender'>): Promise<Input> {
    return await this.tell(() => this.services.api.surrender(this.ticket, [...uploadIds]));
  }

  private async tell(call: () => Promise<void>): Promise<Input> {
    try {
      await untilReached(call, this.left.signal);
      return { type: 'told' };
    } catch (error) {
      if (error instanceof Refused) this.log.warn({ err: error }, 'the service refused the end');
      return { type: 'not-told', superseded: isRefused(error, 'superseded') };
    }
  }

  private evidenceName(): string {
    return `${this.job.scenario.name}-seed${this.job.seed}${transportSuffix}`;
  }

  private after(ms: number, act: () => void): void {
    this.timers.push(setTimeout(act, Math.min(ms, 2 ** 31 - 1)));
  }
}

function skipped(message: string): Input {
  return { type: 'not-prepared', kind: 'skipped', message };
}

function brokenLab(message: string): Input {
  return { type: 'lab-ended', end: { outcome: 'error', message }, recorded: false };
}

async function isThere(file: string): Promise<boolean> {
  return await access(file).then(
    () => true,
    () => false,
  );
}
