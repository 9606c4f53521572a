import type { components } from '@fenceline/client';

type Schemas = components['schemas'];

/** Documents of the service's API, as its typed client has them. */
export type Artifact = Schemas['AttemptArtifact'];
export type Attempt = Schemas['Attempt'];
export type Job = Schemas['Job'];
export type JobDetail = Schemas['JobDetail'];
export type Kernel = Schemas['Kernel'];
export type NewRun = Schemas['NewRun'];
export type Rejudgement = Schemas['Rejudgement'];
export type RejudgementItem = Schemas['RejudgementItem'];
export type Run = Schemas['Run'];
export type RunDetail = Schemas['RunDetail'];
export type Worker = Schemas['Worker'];
export type WorkerDetail = Schemas['WorkerDetail'];
