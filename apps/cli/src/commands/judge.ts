import { ExitCode, worstExitCode, type ProfileName, type VerdictValue } from '@fenceline/contracts';
import type { OpenedEvidence } from '@fenceline/evidence';
import { judgeRecording, writeJudgement, type JudgedRecording } from '@fenceline/judge';
import { terminalReport } from '@fenceline/report';
import { Command } from 'commander';
import { withEach } from '../evidence/with-evidence.js';
import { untilStopped } from '../run/stop-signals.js';
import { columnsOf, hasColors, type TextStream } from '../terminal/style.js';
import { UsageError } from '../usage-error.js';
import { profileOption } from './arguments.js';

interface JudgeOptions {
  profile?: ProfileName;
  json: boolean;
  write: boolean;
}

/** The exit code of `judge` is the verdict itself, whatever was expected. */
const codeOf: Record<VerdictValue, ExitCode> = {
  pass: ExitCode.asExpected,
  violation: ExitCode.notAsExpected,
  inconclusive: ExitCode.inconclusive,
};

/** `fenceline judge`: judges stored evidence again; it needs no QEMU. */
export function judgeCommand(finish: (code: ExitCode) => void): Command {
  return new Command('judge')
    .description(
      'judge stored evidence again; exits by verdict: 0 pass, 1 violation, 2 inconclusive',
    )
    .argument('<evidence...>', 'folders of evidence, or files that pack has made')
    .addOption(profileOption())
    .option('--json', 'print one JSON object each and nothing else on stdout', false)
    .option('--write', 'keep the judgement beside the evidence, in its folder judgements/', false)
    .action(async (paths: string[], options: JudgeOptions) => {
      const codes = await untilStopped(() =>
        withEach(paths, (evidence) => judgeOne(evidence, options)),
      );
      finish(worstExitCode(codes));
    });
}

async function judgeOne(evidence: OpenedEvidence, options: JudgeOptions): Promise<ExitCode> {
  if (options.write && evidence.packed) {
    throw new UsageError(
      `--write needs a folder to write to, and ${evidence.path} is a packed file: unpack it with tar --zstd -xf`,
    );
  }
  const judged = await judgeRecording(evidence.dir, {
    evidence: evidence.path,
    ...(options.profile === undefined ? {} : { profile: options.profile }),
  });
  process.stdout.write(
    options.json
      ? `${JSON.stringify(judged.verdict)}\n`
      : `${formatJudged(judged, process.stdout)}\n`,
  );
  if (options.write) {
    const path = await writeJudgement(evidence.dir, judged.verdict, new Date());
    process.stderr.write(`written: ${path}\n`);
  }
  return codeOf[judged.verdict.verdict];
}

function formatJudged(judged: JudgedRecording, stream: TextStream): string {
  return terminalReport(judged.verdict, {
    color: hasColors(stream),
    width: Math.min(columnsOf(stream, 100), 120),
    deviations: judged.shortfalls.map(({ reason }) => reason),
    skipped: judged.expectation === undefined,
  });
}
