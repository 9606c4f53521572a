import { answerOf } from '@fenceline/client';
import { artifactKindSchema, type ArtifactKind } from '@fenceline/contracts/api';
import { ExitCode } from '@fenceline/contracts/exit-code';
import { Command, Option } from 'commander';
import type { Job, Kernel, Run } from '../service/documents.js';
import { jobFilterOf, jobFilterOptions, type JobFilterOptions } from '../service/job-filter.js';
import { outcomeWords } from '../service/job-words.js';
import { readiness } from '../service/kernel-words.js';
import { listOptions, printList, type Columns, type ListOptions } from '../service/list-output.js';
import { openService } from '../service/open-service.js';
import { byteSize, moment } from '../service/text.js';
import { listWorkers } from '../service/workers-list.js';

type JobOptions = ListOptions & JobFilterOptions;

interface ArtifactOptions extends ListOptions {
  job?: string;
  attempt?: string;
  kind?: ArtifactKind;
}

interface KernelOptions extends ListOptions {
  name?: string;
  retired: boolean;
}

/** `fenceline list`: what the service has, the newest first. */
export function listCommand(finish: (code: ExitCode) => void): Command {
  const done = (): void => finish(ExitCode.asExpected);
  const list = new Command('list').description('list jobs, runs, workers and more of a service');
  withOptions(list.command('jobs', { isDefault: true }), jobFilterOptions())
    .description('jobs; several filters together mean jobs that have all of it')
    .action(async (options: JobOptions) => {
      await listJobs(options);
      done();
    });
  withOptions(list.command('runs'), [new Option('--owner <name>')])
    .description('runs')
    .action(async (options: ListOptions & { owner?: string }) => {
      await listRuns(options);
      done();
    });
  withOptions(list.command('workers'), [])
    .description('workers, and how busy they are')
    .action(async (options: ListOptions) => {
      await listWorkers(options);
      done();
    });
  withOptions(list.command('kernels'), [
    new Option('--name <name>'),
    new Option('--retired', 'those too that no new job gets').default(false),
  ])
    .description('kernels that scenarios may name')
    .action(async (options: KernelOptions) => {
      await listKernels(options);
      done();
    });
  withOptions(list.command('scenarios'), [new Option('--name <name>')])
    .description('scenarios that are stored')
    .action(async (options: ListOptions & { name?: string }) => {
      await listScenarios(options);
      done();
    });
  withOptions(list.command('artifacts'), [
    new Option('--job <id>'),
    new Option('--attempt <id>'),
    new Option('--kind <kind>').choices(artifactKindSchema.options),
  ])
    .description('files that were published')
    .action(async (options: ArtifactOptions) => {
      await listArtifacts(options);
      done();
    });
  return list;
}

function withOptions(command: Command, options: readonly Option[]): Command {
  for (const option of [...options, ...listOptions()]) command.addOption(option);
  return command;
}

const jobColumns: Columns<Job> = {
  job: ({ id }) => id,
  scenario: ({ scenario }) => scenario.name,
  kernel: ({ kernel }) => kernel ?? '',
  seed: ({ seed }) => String(seed),
  outcome: outcomeWords,
  attempts: ({ attemptCount }) => String(attemptCount),
  owner: ({ owner }) => owner,
  submitted: ({ createdAt }) => moment(createdAt),
  labels: ({ labels }) => labels.join(' '),
};

async function listJobs({ limit, json, failed, ...filter }: JobOptions): Promise<void> {
  const { client } = await openService();
  await printList({ limit, json }, jobColumns, (page) => {
    const query = {
      ...jobFilterOf(filter),
      ...page,
      ...(failed && { asExpected: 'false' as const }),
    };
    return answerOf(client.GET('/jobs', { params: { query } }));
  });
}

const runColumns: Columns<Run> = {
  run: ({ id }) => id,
  name: ({ name }) => name,
  jobs: ({ jobCount }) => String(jobCount),
  owner: ({ owner }) => owner,
  submitted: ({ createdAt }) => moment(createdAt),
  cancelled: ({ cancelledAt }) => (cancelledAt === null ? '' : moment(cancelledAt)),
  labels: ({ labels }) => labels.join(' '),
};

async function listRuns({
  limit,
  json,
  ...filter
}: ListOptions & { owner?: string }): Promise<void> {
  const { client } = await openService();
  await printList({ limit, json }, runColumns, (page) =>
    answerOf(client.GET('/runs', { params: { query: { ...filter, ...page } } })),
  );
}

const kernelColumns: Columns<Kernel> = {
  kernel: ({ name }) => name,
  version: ({ version }) => version,
  can: ({ capabilities }) => capabilities.join(' '),
  images: readiness,
  source: ({ source }) => source,
  registered: ({ createdAt }) => moment(createdAt),
  retired: ({ retiredAt }) => (retiredAt === null ? '' : moment(retiredAt)),
  sha256: ({ sha256 }) => sha256.slice(0, 12),
};

async function listKernels({ limit, json, retired, name }: KernelOptions): Promise<void> {
  const { client } = await openService();
  await printList({ limit, json }, kernelColumns, (page) => {
    const query = { ...page, retired: String(retired), ...(name !== undefined && { name }) };
    return answerOf(client.GET('/kernels', { params: { query } }));
  });
}

async function listScenarios({
  limit,
  json,
  ...filter
}: ListOptions & { name?: string }): Promise<void> {
  const { client } = await openService();
  const columns: Columns<{ hash: string; name: string; owner: string; createdAt: string }> = {
    scenario: ({ name }) => name,
    owner: ({ owner }) => owner,
    stored: ({ createdAt }) => moment(createdAt),
    hash: ({ hash }) => hash,
  };
  await printList({ limit, json }, columns, (page) =>
    answerOf(client.GET('/scenarios', { params: { query: { ...filter, ...page } } })),
  );
}

async function listArtifacts({ job, attempt, kind, ...options }: ArtifactOptions): Promise<void> {
  const { client } = await openService();
  const columns: Columns<{ id: string; kind: string; name: string; size: number; sha256: string }> =
    {
      artifact: ({ id }) => id,
      kind: (artifact) => artifact.kind,
      name: ({ name }) => name,
      size: ({ size }) => byteSize(size),
      sha256: ({ sha256 }) => sha256.slice(0, 12),
    };
  await printList(options, columns, (page) => {
    const query = {
      ...page,
      ...(kind !== undefined && { kind }),
      ...(job !== undefined && { jobId: job }),
      ...(attempt !== undefined && { attemptId: attempt }),
    };
    return answerOf(client.GET('/artifacts', { params: { query } }));
  });
}
