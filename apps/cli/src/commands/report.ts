import path from 'node:path';
import { ExitCode, type ProfileName } from '@fenceline/contracts';
import { layout, transportSuffix, type OpenedEvidence } from '@fenceline/evidence';
import { judgeRecording } from '@fenceline/judge';
import {
  htmlReport,
  junitReport,
  kcidbReport,
  ktapReport,
  type ReportInput,
} from '@fenceline/report';
import { Command } from 'commander';
import { withEvidence } from '../evidence/with-evidence.js';
import { parquetFolder } from '../evidence/parquet-folder.js';
import { writeOutput } from '../evidence/write-output.js';
import { untilStopped } from '../run/stop-signals.js';
import { UsageError } from '../usage-error.js';
import { profileOption } from './arguments.js';

/** The forms of a report by the option that asks for each. */
const forms = {
  out: htmlReport,
  junit: junitReport,
  ktap: ({ verdict }: ReportInput) => ktapReport(verdict),
  kcidb: kcidbReport,
} satisfies Record<string, (input: ReportInput) => string>;
type Form = keyof typeof forms;
const names = Object.keys(forms) as Form[];

type ReportOptions = { profile?: ProfileName; parquet?: string } & Partial<Record<Form, string>>;

/** `fenceline report`: the verdict over stored evidence, for people and for other machines. */
export function reportCommand(finish: (code: ExitCode) => void): Command {
  return new Command('report')
    .description('judge stored evidence and write reports of it; "-" as a file is standard output')
    .argument('<evidence>', 'a folder of evidence, or a file that pack has made')
    .option('--out <file>', 'HTML page; without any of these options it goes into the evidence')
    .option('--junit <file>', 'JUnit XML, a test case a rule')
    .option('--ktap <file>', 'KTAP version 1')
    .option('--kcidb <file>', 'KCIDB version 4 JSON, a test object a rule')
    .option('--parquet <dir>', 'Parquet files of the history, into a new or empty folder')
    .addOption(profileOption())
    .action(async (evidence: string, options: ReportOptions) => {
      if (names.filter((name) => options[name] === '-').length > 1) {
        throw new UsageError('Only one report can go to standard output.');
      }
      await untilStopped(() => withEvidence(evidence, (opened) => report(opened, options)));
      finish(ExitCode.asExpected);
    });
}

async function report(evidence: OpenedEvidence, options: ReportOptions): Promise<void> {
  const parquet =
    options.parquet === undefined ? null : await parquetFolder(options.parquet, evidence);
  const { input } = await judgeRecording(evidence.dir, {
    evidence: evidence.path,
    ...(options.profile === undefined ? {} : { profile: options.profile }),
  });
  if (parquet) await parquet.write(input);
  const asked = parquet !== null || names.some((name) => options[name] !== undefined);
  const files: ReportOptions = asked ? options : { out: defaultPage(evidence) };
  for (const name of names) {
    const file = files[name];
    if (file === undefined) continue;
    await writeOutput(file, forms[name](input));
    if (file !== '-') process.stderr.write(`written: ${path.resolve(file)}\n`);
  }
}

/** The page lies in the folder; of a packed file it comes into the current one. */
function defaultPage({ path: from, dir, packed }: OpenedEvidence): string {
  return packed ? `${path.basename(from, transportSuffix)}.html` : path.join(dir, layout.report);
}
