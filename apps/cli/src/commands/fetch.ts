import { mkdir } from 'node:fs/promises';
import { answerOf, unreachableOr, type Client } from '@fenceline/client';
import { artifactKindSchema, type ArtifactKind } from '@fenceline/contracts/api';
import { ExitCode } from '@fenceline/contracts/exit-code';
import { Command, Option } from 'commander';
import { createProgress } from '../progress/create-progress.js';
import { untilStopped } from '../run/stop-signals.js';
import type { Artifact, JobDetail } from '../service/documents.js';
import { download } from '../service/download.js';
import { checkId, findTarget } from '../service/find-target.js';
import { openService } from '../service/open-service.js';
import { byteSize } from '../service/text.js';
import { UsageError } from '../usage-error.js';

interface FetchOptions {
  out?: string;
  only?: ArtifactKind;
  json: boolean;
}

/** `fenceline fetch`: downloads what a job published. */
export function fetchCommand(finish: (code: ExitCode) => void): Command {
  return new Command('fetch')
    .description('download the evidence of a job and what else it published')
    .argument('<job>', 'id')
    .option('--out <dir>', 'folder; SCENARIO-seedN-JOB in the current one when not given')
    .addOption(new Option('--only <kind>', 'these alone').choices(artifactKindSchema.options))
    .option('--json', 'print one JSON object a file and nothing else on stdout', false)
    .action(async (id: string, options: FetchOptions) => {
      await untilStopped(() => fetchJob(id, options));
      finish(ExitCode.asExpected);
    });
}

async function fetchJob(id: string, { out, only, json }: FetchOptions): Promise<void> {
  checkId(id);
  const { client } = await openService();
  const target = await findTarget(client, id);
  if (target.kind === 'run') throw new UsageError(`${id} is a run; name one of its jobs.`);
  const { job } = target;
  const artifacts = decidingArtifacts(job).filter(
    ({ kind }) => only === undefined || kind === only,
  );
  if (artifacts.length === 0) {
    throw new UsageError(`The job has published no ${only ?? 'file'}; fenceline show ${id}`);
  }
  const folder = out ?? `${job.scenario.name}-seed${job.seed}-${job.id.slice(0, 8)}`;
  await mkdir(folder, { recursive: true });
  const progress = createProgress(process.stderr);
  for (const artifact of artifacts) {
    const { kind, name, size, sha256 } = artifact;
    progress.stage('fetch', `${name}, ${byteSize(size)}`);
    try {
      const read = (offset: number) => bytesOf(client, artifact, offset);
      const file = await download(artifact, folder, read, (bytes) =>
        progress.status(`${name}, ${byteSize(bytes)} of ${byteSize(size)}`),
      );
      progress.end('done');
      process.stdout.write(
        json ? `${JSON.stringify({ file, kind, size, sha256 })}\n` : `${file}\n`,
      );
    } catch (error) {
      progress.end('failed');
      throw error;
    }
  }
}

/** Those of the attempt that decided the job; without one, those of the newest attempt that has any. */
function decidingArtifacts({ outcome, attempts, artifacts }: JobDetail): Artifact[] {
  const newest = attempts.findLast(({ id }) => artifacts.some(({ attemptId }) => attemptId === id));
  const deciding = outcome?.attemptId ?? newest?.id;
  return artifacts.filter(({ attemptId }) => attemptId === deciding);
}

async function* bytesOf(
  client: Client,
  { id, sha256 }: Artifact,
  offset: number,
): AsyncGenerator<Uint8Array> {
  const params = {
    path: { artifactId: id },
    header: offset === 0 ? {} : { Range: `bytes=${offset}-`, 'If-Range': `"${sha256}"` },
  };
  const body = await answerOf(
    client.GET('/artifacts/{artifactId}/content', { params, parseAs: 'stream' }),
  );
  try {
    for await (const bytes of body ?? []) yield bytes as Uint8Array;
  } catch (error) {
    throw unreachableOr(error);
  }
}
