import type { ReportInput } from '../input.js';
import { blameWords } from '../words.js';
import {
  conclusiveTest,
  findingLines,
  ruleResults,
  secondsOf,
  whyInconclusive,
  type RuleResult,
} from './rule-results.js';

/** A test run of the KCIDB schema 4.0 (kcidb_io/schema/v04_00.py of kernelci/kcidb-io). */
interface KcidbTest {
  build_id: string;
  id: string;
  origin: string;
  path: string;
  status: 'FAIL' | 'ERROR' | 'PASS' | 'SKIP';
  comment?: string;
  /** At most 16384 characters. */
  log_excerpt?: string;
  start_time: string;
  duration: number;
  environment: { comment: string; misc: Record<string, unknown> };
  misc: Record<string, unknown>;
}

/** Who reports, as the patterns of the schema allow it. */
const origin = 'fenceline';
const longestExcerpt = 16_384;

/**
 * The verdict as KCIDB data of schema 4.0: a test object a rule, and no other objects. The tested build is
 * that of the host's kernel; its id is made of the SHA-256 of the kernel image, as nothing better is known of
 * a kernel that was given to us as a file.
 */
export function kcidbReport(input: Pick<ReportInput, 'verdict' | 'manifest' | 'plan'>): string {
  const { verdict, manifest } = input;
  const reasons = whyInconclusive(verdict);
  const common = commonOf(input);
  const test = (name: string, own: Pick<KcidbTest, 'status' | 'comment' | 'log_excerpt'>) => ({
    build_id: common.build_id,
    id: `${origin}:${common.run}:${name}`,
    origin,
    path: `${origin}.${pathPart(verdict.scenario)}.${name}`,
    ...own,
    start_time: manifest.startedAt,
    duration: secondsOf(verdict),
    environment: common.environment,
    misc: common.misc,
  });
  const tests: KcidbTest[] = [
    test(
      conclusiveTest,
      reasons.length === 0 ? { status: 'PASS' } : { status: 'ERROR', comment: reasons.join(' ') },
    ),
    ...ruleResults(verdict).map((result) => test(result.rule, outcomeOf(result))),
  ];
  return `${JSON.stringify({ version: { major: 4, minor: 0 }, tests }, null, 2)}\n`;
}

function commonOf({ verdict, manifest, plan }: Pick<ReportInput, 'verdict' | 'manifest' | 'plan'>) {
  const host = plan.hosts[0]?.name ?? '';
  const kernel = manifest.kernels[host] ?? Object.values(manifest.kernels)[0];
  const kernels = Object.entries(manifest.kernels).map(
    ([vm, { name, version, sha256 }]) => [vm, { name, version, sha256 }] as const,
  );
  const { machine } = manifest;
  return {
    build_id: `${origin}:${kernel?.sha256 ?? 'unknown'}`,
    // The same evidence judged again under the same profile is the same test run.
    run: verdict.recording
      ? `${verdict.recording.sha256}:${verdict.profile}`
      : `${verdict.scenario}:${verdict.seed}:${manifest.startedAt}:${verdict.profile}`,
    environment: {
      comment:
        machine === null
          ? 'simulated'
          : `QEMU ${machine.qemuVersion} (${machine.accelerator}) on ${machine.os}, ${machine.cpu}`,
      misc: { kernels: Object.fromEntries(kernels) },
    },
    misc: {
      scenario: verdict.scenario,
      seed: verdict.seed,
      verdict: verdict.verdict,
      as_expected: verdict.asExpected,
      profile: verdict.profile,
      ...(verdict.verifier ? { verifier_version: verdict.verifier.version } : {}),
    },
  };
}

function outcomeOf({
  status,
  reason,
  findings,
}: RuleResult): Pick<KcidbTest, 'status' | 'comment' | 'log_excerpt'> {
  if (status !== 'violated') {
    const words = { held: 'PASS', inconclusive: 'ERROR', 'not-judged': 'SKIP' } as const;
    return { status: words[status], comment: reason };
  }
  const text = findings.map((one) => findingLines(one, blameWords(one)).join('\n')).join('\n\n');
  return {
    status: 'FAIL',
    comment: findings[0]?.sentence ?? reason,
    log_excerpt: text.slice(0, longestExcerpt),
  };
}

/** A part of a path may have letters, digits, `_` and `-`; a dot separates parts. */
function pathPart(name: string): string {
  return name.replace(/[^A-Za-z0-9_-]/g, '_');
}
