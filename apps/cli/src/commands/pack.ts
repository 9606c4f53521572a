import path from 'node:path';
import { stat } from 'node:fs/promises';
import { ExitCode } from '@fenceline/contracts';
import { EvidenceReader, packEvidence, transportSuffix } from '@fenceline/evidence';
import { Command } from 'commander';
import { withEvidence } from '../evidence/with-evidence.js';
import { untilStopped } from '../run/stop-signals.js';
import { UsageError } from '../usage-error.js';

/** `fenceline pack`: one file of a folder of evidence, to be sent somewhere. */
export function packCommand(finish: (code: ExitCode) => void): Command {
  return new Command('pack')
    .description('pack evidence into one file, which "tar --zstd -xf" opens as well')
    .argument('<evidence>', 'a folder of evidence')
    .option(
      '--out <file.tar.zst>',
      'the file; in the current folder, named as the evidence, if not given',
    )
    .action(async (evidence: string, options: { out?: string }) => {
      await untilStopped(() =>
        withEvidence(evidence, async ({ dir, path: from, packed }) => {
          if (packed) throw new UsageError(`${from} is packed already.`);
          await pack(dir, path.resolve(options.out ?? `${path.basename(dir)}${transportSuffix}`));
        }),
      );
      finish(ExitCode.asExpected);
    });
}

async function pack(dir: string, file: string): Promise<void> {
  const evidence = await EvidenceReader.open(dir);
  const { sealed, intact } = await evidence.verifySeal();
  if (!intact) {
    const what = sealed ? 'is not as it was sealed' : 'was never sealed';
    process.stderr.write(`fenceline: this evidence ${what}; it is packed as it is\n`);
  }
  await packEvidence(dir, file);
  const { size } = await stat(file);
  process.stdout.write(`${file}  ${size} bytes\n`);
}
