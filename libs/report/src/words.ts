import type {
  Exercised,
  Finding,
  Harm,
  Margin,
  RuleName,
  VerdictValue,
} from '@fenceline/contracts';
import { NS_PER_MS } from '@fenceline/contracts';

/** The words in which every report speaks, so that terminal and page say the same. */

/** A number with its thousands set apart, the same in every locale. */
export function grouped(value: number, decimals = 0): string {
  const [whole = '', rest] = Math.abs(value).toFixed(decimals).split('.');
  const sign = value < 0 && Number(value.toFixed(decimals)) !== 0 ? '−' : '';
  const digits = whole.replace(/\B(?=(\d{3})+$)/g, ',');
  return sign + digits + (rest === undefined ? '' : `.${rest}`);
}

/** Milliseconds since the lab started, to the microsecond. */
export const atMs = (ms: number): string => grouped(ms, 3);

/** Nanoseconds of the lab's clock as milliseconds to the microsecond; `never` is a word. */
export const atNs = (ns: number): string => (Number.isFinite(ns) ? atMs(ns / NS_PER_MS) : 'never');

/** A margin: milliseconds with its sign, one of less than a millisecond to the microsecond, or a word for none. */
export const marginMs = (ms: number | null): string =>
  ms === null ? '–' : `${ms > 0 ? '+' : ''}${grouped(ms, Math.abs(ms) < 1 ? 3 : 1)} ms`;

/** A duration for people. */
export function duration(ms: number): string {
  if (ms < 10) return `${grouped(ms, 2)} ms`;
  if (ms < 1000) return `${grouped(ms)} ms`;
  return `${grouped(ms / 1000, 1)} s`;
}

/** `1 write`, `8 writes`. */
export const counted = (count: number, one: string, many = `${one}s`): string =>
  `${grouped(count)} ${count === 1 ? one : many}`;

export const verdictWord: Record<VerdictValue, string> = {
  pass: 'PASS',
  violation: 'VIOLATION',
  inconclusive: 'INCONCLUSIVE',
};

export const verdictSymbol: Record<VerdictValue, string> = {
  pass: '✔',
  violation: '✖',
  inconclusive: '?',
};

export const expectationWord = (asExpected: boolean): string =>
  asExpected ? 'as expected' : 'not as expected';

const harmWords: Record<Harm, string> = {
  none: 'no harm was possible',
  possible: 'harm was possible',
  landed: 'the harm landed',
};

/** Who is to blame, and what came of it, e.g. `host host1 is to blame, the harm landed`. */
export function blameWords({ blame, blamed, harm }: Finding): string {
  const who = blame === 'kernel' ? `the kernel of ${blamed}` : `${blame} ${blamed}`;
  return `${who} is to blame${harm === null ? '' : `, ${harmWords[harm]}`}`;
}

export const fenceEndWord: Record<Margin['fenceEndBy'], string> = {
  ccr: 'CCR success',
  reset: 'controller reset',
  time: 'time',
};

/** What was exercised, in the order in which it happens, each with what it means. */
export const exercisedWords: readonly { key: keyof Exercised; name: string; meaning: string }[] = [
  {
    key: 'outstanding',
    name: 'outstanding',
    meaning: 'writes without an answer when their path was given up',
  },
  {
    key: 'completeUnapplied',
    name: 'complete, unapplied',
    meaning: 'of those, wholly at the target and not yet on the medium',
  },
  {
    key: 'retriedEarly',
    name: 'retried early',
    meaning: 'sent again elsewhere before the host fence end',
  },
  {
    key: 'couldLand',
    name: 'could land',
    meaning: 'of those, whose original could still land when the retry was sent',
  },
  { key: 'landedLate', name: 'landed late', meaning: 'applied after their own retry was sent' },
  { key: 'unattributed', name: 'unattributed', meaning: 'applies that no command explains' },
];

/** One sentence for the whole verdict. */
export function verdictSentence(
  verdict: VerdictValue,
  findings: readonly Finding[],
  reasons: readonly { reason: string }[],
): string {
  const [finding] = findings;
  if (verdict === 'violation' && finding) return finding.sentence;
  if (verdict === 'inconclusive') {
    return reasons[0]?.reason ?? 'The recording does not decide whether the rules were kept.';
  }
  return 'No rule was broken, and the hazard was exercised.';
}

/** Rules whose violation is lost or wrong data: what a reader must see first. */
const damaging: readonly RuleName[] = [
  'no-stale-overwrite',
  'reads-consistent',
  'final-image',
  'no-write-after-fence',
];

/** Findings with those of damaged data first; the order of the verdict otherwise. */
export function byGravity(findings: readonly Finding[]): Finding[] {
  const gravity = ({ rule }: Finding) => {
    const place = damaging.indexOf(rule);
    return place < 0 ? damaging.length : place;
  };
  return findings.toSorted((a, b) => gravity(a) - gravity(b));
}

/** Findings by rule, in the order in which the verdict lists them. */
export function byRule(findings: readonly Finding[]): Finding[][] {
  const groups = new Map<string, Finding[]>();
  for (const finding of findings) {
    const group = groups.get(finding.rule);
    if (group) group.push(finding);
    else groups.set(finding.rule, [finding]);
  }
  return [...groups.values()];
}
