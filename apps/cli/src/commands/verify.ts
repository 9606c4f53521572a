import { ExitCode, worstExitCode } from '@fenceline/contracts';
import { EvidenceReader, type OpenedEvidence, type SealCheck } from '@fenceline/evidence';
import { Command } from 'commander';
import { withEach } from '../evidence/with-evidence.js';
import { untilStopped } from '../run/stop-signals.js';
import { styleFor, type Style } from '../terminal/style.js';

/** `fenceline verify`: is the evidence as it was when it was sealed? */
export function verifyCommand(finish: (code: ExitCode) => void): Command {
  return new Command('verify')
    .description('check the seal of evidence: 0 intact, 1 not, 2 not sealed, 3 unreadable')
    .argument('<evidence...>', 'folders of evidence, or files that pack has made')
    .action(async (paths: string[]) => {
      finish(worstExitCode(await untilStopped(() => withEach(paths, verifyOne))));
    });
}

async function verifyOne({ dir, path }: OpenedEvidence): Promise<ExitCode> {
  const evidence = await EvidenceReader.open(dir);
  const check = await evidence.verifySeal();
  const lines = describe(evidence, check, styleFor(process.stdout));
  process.stdout.write(`${path}: ${lines.join('\n')}\n`);
  if (!check.sealed) return ExitCode.inconclusive;
  return check.intact ? ExitCode.asExpected : ExitCode.notAsExpected;
}

function describe(evidence: EvidenceReader, check: SealCheck, style: Style): string[] {
  const { manifest } = evidence;
  if (!manifest.complete) {
    const why = `${style('yellow', 'not sealed')}: ${manifest.incompleteBecause}`;
    return [why, '  Nothing can be said of whether it was changed since.'];
  }
  const damage = (['changed', 'missing', 'added'] as const).flatMap((kind) =>
    check[kind].map((part) => `  ${kind}  ${JSON.stringify(part).slice(1, -1)}`),
  );
  if (damage.length > 0) return [style('red', 'NOT INTACT'), ...damage];
  const bytes = manifest.parts.reduce((sum, part) => sum + part.bytes, 0);
  const intact = `${style('green', 'intact')}: ${manifest.parts.length} parts, ${bytes} bytes`;
  return [
    intact,
    `  recording  ${evidence.recordingSha256 ?? ''}`,
    ...(manifest.sealedSha256 === undefined
      ? [
          '  Its manifest is from before manifests had a hash of their own: only the parts were checked.',
        ]
      : [`  manifest   ${manifest.sealedSha256}`]),
  ];
}
