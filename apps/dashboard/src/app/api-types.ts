import type { components } from '@fenceline/client';

type Schemas = components['schemas'];

/** Documents of the API under short names. */
export type Run = Schemas['Run'];
export type RunDetail = Schemas['RunDetail'];
export type RunCell = Schemas['RunCell'];
export type RunProgress = Schemas['RunProgress'];
export type Job = Schemas['Job'];
export type JobDetail = Schemas['JobDetail'];
export type Attempt = Schemas['Attempt'];
export type AttemptArtifact = Schemas['AttemptArtifact'];
export type Judgement = Schemas['Judgement'];
export type JudgementDetail = Schemas['JudgementDetail'];
export type Verdict = JudgementDetail['document'];
export type Finding = Verdict['findings'][number];
export type Margin = Verdict['margins'][number];
export type FindingGroup = Schemas['FindingGroup'];
export type MarginSeries = Schemas['MarginSeries'];
export type MarginPoint = Schemas['MarginPoint'];
export type QueueGroup = Schemas['QueueGroup'];
export type Worker = Schemas['Worker'];
export type WorkerDetail = Schemas['WorkerDetail'];
export type Kernel = Schemas['Kernel'];
export type KernelFetch = Schemas['KernelFetch'];
export type Token = Schemas['Token'];
export type AuditEntry = Schemas['AuditEntry'];
export type Who = Schemas['Who'];
export type Scope = Who['scopes'][number];
export type JobState = Job['state'];
export type OutcomeName = NonNullable<Job['outcome']>['outcome'];
