import { ruleNameSchema, type Verdict } from '@fenceline/contracts';
import { describe, expect, it } from 'vitest';
import { stuckWrite } from '../stuck-write.testing.js';
import { junitReport } from './junit-report.js';
import { kcidbReport } from './kcidb-report.js';
import { ktapReport } from './ktap-report.js';

const input = stuckWrite();
const withRules: Verdict = {
  ...input.verdict,
  recording: { sha256: 'ab'.repeat(32) },
  rules: ruleNameSchema.options.map(
    (rule) =>
      input.verdict.rules.find((one) => one.rule === rule) ?? {
        rule,
        status: 'not-judged',
        reason: 'it has nothing to look at',
      },
  ),
};
const inconclusive: Verdict = {
  ...withRules,
  verdict: 'inconclusive',
  asExpected: false,
  findings: [],
  inconclusive: [{ reason: 'held wanted 4, seen 0' }, { reason: 'a capture was cut' }],
  rules: withRules.rules.map((rule, i) => ({
    ...rule,
    status: i === 0 ? 'inconclusive' : 'not-judged',
    reason: 'cut',
  })),
};
const pass: Verdict = {
  ...withRules,
  verdict: 'pass',
  findings: [],
  rules: withRules.rules.map((rule) => ({ ...rule, status: 'held', reason: 'so it is' })),
};
const evil: Verdict = {
  ...withRules,
  scenario: 'a"b<c>&d',
  findings: withRules.findings.map((finding) => ({
    ...finding,
    sentence: 'x\u001b[2J\u0000 ]]> <b> # "q"\r\nnot ok 9 forged \ud800',
  })),
};
const violated = withRules.rules.filter(({ status }) => status === 'violated').length;
const skipped = withRules.rules.filter(({ status }) => status === 'not-judged').length;

describe('junitReport', () => {
  const junit = (verdict: Verdict) => junitReport({ ...input, verdict });

  it('has a test case a rule, with its failure, and the counts of them', () => {
    const xml = junit(withRules);
    expect(xml.startsWith('<?xml version="1.0" encoding="UTF-8"?>\n<testsuites ')).toBe(true);
    const tree = parseXml(xml);
    const [suite] = tree.children;
    expect(suite?.name).toBe('testsuite');
    const cases = suite!.children.filter(({ name }) => name === 'testcase');
    expect(cases.map(({ attributes }) => attributes['name'])).toEqual([
      'conclusive',
      ...ruleNameSchema.options,
    ]);
    const of = (element: string) =>
      cases.filter(({ children }) => children.some(({ name }) => name === element));
    expect(suite!.attributes).toMatchObject({
      tests: '16',
      failures: String(of('failure').length),
      errors: '0',
      skipped: String(of('skipped').length),
    });
    expect(of('failure')).toHaveLength(violated);
    expect(of('skipped')).toHaveLength(skipped);
    const stale = cases.find(({ attributes }) => attributes['name'] === 'no-stale-overwrite')!;
    const first = withRules.findings.find(({ rule }) => rule === 'no-stale-overwrite')!;
    expect(stale.children[0]!.attributes['message']).toBe(
      `${first.sentence} (and 7 further findings)`,
    );
    expect(stale.children[0]!.text).toContain('host host1 is to blame, the harm landed');
    expect(stale.children[0]!.text).toContain('(captures/A.host.pcapng#');
    const properties = suite!.children[0]!.children.map(({ attributes }) => attributes);
    expect(properties).toContainEqual({ name: 'asExpected', value: 'true' });
  });

  it('is red where nothing was decided, and green on a pass', () => {
    const [suite] = parseXml(junit(inconclusive)).children;
    expect(suite!.attributes).toMatchObject({ failures: '0', errors: '2', skipped: '14' });
    const conclusive = suite!.children.find(
      ({ attributes }) => attributes['name'] === 'conclusive',
    );
    expect(conclusive!.children[0]).toMatchObject({
      name: 'error',
      attributes: { message: 'held wanted 4, seen 0', type: 'inconclusive' },
      text: 'held wanted 4, seen 0\n\na capture was cut',
    });
    const [green] = parseXml(junit(pass)).children;
    expect(green!.attributes).toMatchObject({ failures: '0', errors: '0', skipped: '0' });
  });

  it('says any text in XML', () => {
    const xml = junit(evil);
    expect(xml).not.toMatch(/(?![\t\n\u007f-\u009f])\p{Cc}|\p{Surrogate}/u);
    const [suite] = parseXml(xml).children;
    expect(suite!.attributes['name']).toBe('a"b<c>&d, seed 7');
    const stale = suite!.children.find(
      ({ attributes }) => attributes['name'] === 'no-stale-overwrite',
    )!;
    expect(stale.children[0]!.text).toContain(']]> <b> # "q"\r\nnot ok 9 forged \ufffd');
  });
});

describe('ktapReport', () => {
  it('has a plan, results numbered from 1, and fails with a subtest', () => {
    const lines = ktapReport(withRules).trimEnd().split('\n');
    expect(lines.slice(0, 5)).toEqual([
      'KTAP version 1',
      '1..1',
      '  KTAP version 1',
      '  1..16',
      '  ok 1 conclusive',
    ]);
    const results = lines.filter((line) => /^ {2}(not )?ok /.test(line));
    expect(results.map((line) => /ok (\d+) ([\w-]+)/.exec(line)?.slice(1))).toEqual(
      ['conclusive', ...ruleNameSchema.options].map((name, i) => [String(i + 1), name]),
    );
    expect(results.filter((line) => line.startsWith('  not ok'))).toHaveLength(violated);
    const skips = results.filter((line) => line.includes(' # SKIP '));
    expect(skips).toHaveLength(skipped);
    expect(lines.at(-1)).toBe('not ok 1 stuck-write_seed7');
    const at = lines.findIndex((line) => line === '  not ok 4 no-stale-overwrite');
    expect(lines[at - 1]).toMatch(/^ {2}# [\d.]+ ms {2}node A applied the original over it/);
  });

  it('consists of the lines that the format knows', () => {
    for (const verdict of [withRules, inconclusive, pass, evil]) {
      for (const line of ktapReport(verdict).trimEnd().split('\n')) {
        expect(line).toMatch(
          /^( {2})?(KTAP version 1|1\.\.\d+|# .+|(not )?ok \d+ [^#]+( # (SKIP|ERROR) .+)?)$/,
        );
      }
    }
  });

  it('is an error where nothing was decided, and ok on a pass', () => {
    const text = ktapReport(inconclusive);
    expect(text).toContain('\n  not ok 1 conclusive # ERROR held wanted 4, seen 0\n');
    expect(text).toContain('\n  not ok 2 no-early-retry # ERROR cut\n');
    expect(text.endsWith('\nnot ok 1 stuck-write_seed7\n')).toBe(true);
    expect(ktapReport(pass).endsWith('\nok 1 stuck-write_seed7\n')).toBe(true);
  });
});

describe('kcidbReport', () => {
  const kcidb = (verdict: Verdict) =>
    JSON.parse(kcidbReport({ ...input, verdict })) as {
      version: unknown;
      tests: Record<string, unknown>[];
    };

  it('has a test object a rule, as schema 4.0 allows it', () => {
    for (const verdict of [withRules, inconclusive, pass, evil]) {
      const { version, tests, ...others } = kcidb(verdict);
      expect({ version, others }).toEqual({ version: { major: 4, minor: 0 }, others: {} });
      expect(tests).toHaveLength(16);
      expect(new Set(tests.map(({ id }) => id)).size).toBe(16);
      for (const test of tests) expectTestOfSchema(test);
    }
  });

  it('says what became of each rule', () => {
    const statuses = (verdict: Verdict) =>
      Object.fromEntries(
        kcidb(verdict).tests.map(
          ({ path, status }) => [String(path).split('.').at(-1)!, status] as const,
        ),
      );
    expect(statuses(withRules)).toMatchObject({
      conclusive: 'PASS',
      'no-stale-overwrite': 'FAIL',
      'kernel-clean': 'PASS',
      'ccr-conformance': 'SKIP',
    });
    expect(statuses(inconclusive)).toMatchObject({
      conclusive: 'ERROR',
      'no-early-retry': 'ERROR',
    });
    const stale = kcidb(withRules).tests.find(({ status }) => status === 'FAIL')!;
    expect(stale['comment']).toBe(
      withRules.findings.find(({ rule }) => String(stale['path']).endsWith(rule))?.sentence,
    );
  });

  it('gives the same recording under the same profile the same ids', () => {
    const ids = (verdict: Verdict) => kcidb(verdict).tests.map(({ id }) => id);
    expect(ids(withRules)).toEqual(ids({ ...withRules, evidence: 'elsewhere' }));
    expect(ids(withRules)).not.toEqual(ids({ ...withRules, profile: 'tp4129-strict' }));
  });
});

/** The object "test" of kcidb_io/schema/v04_00.py: its properties, patterns and limits. */
function expectTestOfSchema(test: Record<string, unknown>): void {
  const strings: Record<string, RegExp> = {
    build_id: /^[a-z0-9_]+:.*$/,
    id: /^[a-z0-9_]+:.*$/,
    origin: /^[a-z0-9_]+$/,
    path: /^[.a-zA-Z0-9_-]*$/,
    comment: /^/,
    log_excerpt: /^[^]{0,16384}$/,
    status: /^(FAIL|ERROR|PASS|DONE|SKIP)$/,
    start_time: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/,
  };
  for (const required of ['build_id', 'id', 'origin']) expect(test).toHaveProperty(required);
  for (const [name, value] of Object.entries(test)) {
    if (strings[name]) expect(value, name).toEqual(expect.stringMatching(strings[name]));
    else if (name === 'duration') expect(value).toEqual(expect.any(Number));
    else if (name === 'environment') {
      expect(Object.keys(value as object).sort()).toEqual(['comment', 'misc']);
    } else expect(name).toBe('misc');
  }
}

interface XmlElement {
  name: string;
  attributes: Record<string, string>;
  children: XmlElement[];
  text: string;
}

/** Reads XML without comments, sections and namespaces, and refuses what is not well formed. */
function parseXml(xml: string): XmlElement {
  const top: XmlElement = { name: '', attributes: {}, children: [], text: '' };
  const open = [top];
  const token = /<\?[^>]*\?>|<(\/?)([A-Za-z]+)((?: [A-Za-z]+="[^"<]*")*)(\/?)>|([^<]+)/gy;
  while (token.lastIndex < xml.length) {
    const at = token.lastIndex;
    const match = token.exec(xml);
    if (!match) throw new Error(`not well formed at ${xml.slice(at, at + 40)}`);
    const [, close, name, attributes = '', empty, text] = match;
    if (text !== undefined) open.at(-1)!.text += plain(text);
    else if (close === '/') expect(open.pop()?.name).toBe(name);
    else if (name !== undefined) {
      const pairs = [...attributes.matchAll(/([A-Za-z]+)="([^"]*)"/g)];
      const element: XmlElement = {
        name,
        attributes: Object.fromEntries(pairs.map(([, key, value]) => [key!, plain(value!)])),
        children: [],
        text: '',
      };
      open.at(-1)!.children.push(element);
      if (empty !== '/') open.push(element);
    }
  }
  expect(open).toHaveLength(1);
  return top.children[0]!;
}

function plain(text: string): string {
  const named: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"' };
  expect(text).not.toMatch(/&(?!(amp|lt|gt|quot|#\d+);)/);
  return text.replace(/&(#(\d+)|\w+);/g, (_, name: string, code?: string) =>
    code === undefined ? named[name]! : String.fromCharCode(Number(code)),
  );
}
