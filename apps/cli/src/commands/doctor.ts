import { ExitCode } from '@fenceline/contracts';
import { Command } from 'commander';
import { examine, type Check } from '../doctor/examine.js';
import { createProgress } from '../progress/create-progress.js';
import { untilStopped } from '../run/stop-signals.js';
import { styleFor, type TextStream } from '../terminal/style.js';
import { layOutTable } from '../terminal/table.js';

/** `fenceline doctor`: is this machine fit, and if not, what mends it? */
export function doctorCommand(finish: (code: ExitCode) => void): Command {
  return new Command('doctor')
    .description('check this machine; each line that fails says what mends it')
    .option('--json', 'print one JSON object and nothing else on stdout', false)
    .action(async (options: { json: boolean }) => {
      const progress = createProgress(process.stderr);
      progress.stage('doctor', 'looking at this machine');
      const checks = await untilStopped(() => examine((text) => progress.status(text)));
      const fit = checks.every((check) => check.ok);
      progress.end('done');
      process.stdout.write(
        options.json
          ? `${JSON.stringify({ schema: 'fenceline.doctor/v1', fit, checks })}\n`
          : formatChecks(checks, process.stdout),
      );
      finish(fit ? ExitCode.asExpected : ExitCode.error);
    });
}

function formatChecks(checks: readonly Check[], stream: TextStream): string {
  const style = styleFor(stream);
  const lines = layOutTable(checks.map((check) => [check.name, check.found]));
  return checks
    .map((check, index) => {
      const mark = check.ok ? style('green', '✓') : style('red', '✗');
      const mend = check.mend === undefined ? '' : `    ${style('bold', check.mend)}\n`;
      return `${mark} ${lines[index]!}\n${mend}`;
    })
    .join('');
}
