import { answerOf } from '@fenceline/client';
import { ExitCode } from '@fenceline/contracts/exit-code';
import { Command } from 'commander';
import { awaitRejudgement } from '../service/await-rejudgement.js';
import type { Rejudgement } from '../service/documents.js';
import { jobFilterOf, jobFilterOptions, type JobFilterOptions } from '../service/job-filter.js';
import { openService } from '../service/open-service.js';
import { sendOnce } from '../service/send-once.js';
import { formatItems, tellingItems } from '../service/show-rejudgement.js';
import { counted } from '../service/text.js';

interface RejudgeOptions extends JobFilterOptions {
  verifier?: string;
  wait: boolean;
  json: boolean;
}

/** `fenceline admin rejudge`: has workers judge kept evidence again, and tells what changed. */
export function rejudgeCommand(finish: (code: ExitCode) => void): Command {
  const command = new Command('rejudge')
    .description('have workers judge the kept evidence of jobs again; no outcome changes')
    .option('--verifier <version>', 'only workers whose verifier has this version judge')
    .option('--wait', 'wait until all are judged, and exit with 1 where something changed', false)
    .option('--json', 'print one JSON object and nothing else on stdout', false)
    .action(async (options: RejudgeOptions) => {
      finish(await rejudge(options));
    });
  for (const option of jobFilterOptions()) command.addOption(option);
  return command;
}

async function rejudge(options: RejudgeOptions): Promise<ExitCode> {
  const { verifier, wait, json, failed, ...filter } = options;
  const service = await openService();
  const { client } = service;
  const body = {
    filter: { ...jobFilterOf(filter), ...(failed && { asExpected: false }) },
    ...(verifier !== undefined && { verifierVersion: verifier }),
  };
  const asked = await sendOnce((header) =>
    answerOf(client.POST('/rejudgements', { params: { header }, body })),
  );
  if (!wait) {
    process.stdout.write(json ? `${JSON.stringify(asked)}\n` : formatAsked(asked));
    return ExitCode.asExpected;
  }
  const rejudgement = await awaitRejudgement(service, asked.id);
  const items = await tellingItems(client, rejudgement.id);
  const exitCode = exitCodeOf(rejudgement);
  const document = { schema: 'fenceline.rejudged/v1', exitCode, rejudgement, items };
  process.stdout.write(json ? `${JSON.stringify(document)}\n` : formatItems(rejudgement, items));
  return exitCode;
}

function exitCodeOf({ states, changed }: Rejudgement): ExitCode {
  const { failed = 0, cancelled = 0 } = states;
  if (failed + cancelled > 0) return ExitCode.error;
  return changed > 0 ? ExitCode.notAsExpected : ExitCode.asExpected;
}

function formatAsked({ id, jobCount }: Rejudgement): string {
  return [
    `rejudgement ${id}: ${counted(jobCount, 'job')}`,
    `  to look:    fenceline show ${id}`,
    `  to cancel:  fenceline cancel ${id}`,
    '',
  ].join('\n');
}
