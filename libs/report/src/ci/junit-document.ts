/** A test suite of JUnit XML. */
export interface JunitSuite {
  name: string;
  startedAt: Date;
  /** That the whole took. */
  seconds: number;
  properties: Readonly<Record<string, string>>;
  cases: readonly JunitCase[];
}

export interface JunitCase {
  name: string;
  classname: string;
  seconds: number;
  /** Absent where it passed. */
  result?: JunitResult;
}

export type JunitResult =
  | { kind: 'skipped'; message: string }
  | { kind: 'failure' | 'error'; type: string; message: string; text: string };

/** One suite as JUnit XML, as CI systems read it. */
export function junitDocument(suite: JunitSuite): string {
  const count = (kind: JunitResult['kind']) =>
    suite.cases.filter(({ result }) => result?.kind === kind).length;
  const counts = {
    tests: suite.cases.length,
    failures: count('failure'),
    errors: count('error'),
    skipped: count('skipped'),
    time: suite.seconds.toFixed(3),
  };
  // Without a zone, as the schema of the suites wants it.
  const timestamp = suite.startedAt.toISOString().slice(0, 19);
  const lines = [
    '<?xml version="1.0" encoding="UTF-8"?>',
    open('testsuites', { name: 'fenceline', ...counts }),
    open('testsuite', { name: suite.name, ...counts, timestamp }),
    '<properties>',
    ...Object.entries(suite.properties).map(
      ([name, value]) => `<property${attributes({ name, value })}/>`,
    ),
    '</properties>',
    ...suite.cases.flatMap(testCase),
    '</testsuite>',
    '</testsuites>',
  ];
  return `${lines.join('\n')}\n`;
}

function testCase({ name, classname, seconds, result }: JunitCase): string[] {
  const start = open('testcase', { name, classname, time: seconds.toFixed(3) });
  return result === undefined
    ? [start.replace(/>$/, '/>')]
    : [start, resultElement(result), '</testcase>'];
}

function resultElement(result: JunitResult): string {
  const { kind, message } = result;
  if (kind === 'skipped') return `<skipped${attributes({ message })}/>`;
  const { type, text } = result;
  return `<${kind}${attributes({ message, type })}>${escapeXml(text)}</${kind}>`;
}

function open(element: string, of: Record<string, string | number>): string {
  return `<${element}${attributes(of)}>`;
}

function attributes(of: Record<string, string | number>): string {
  return Object.entries(of)
    .map(([name, value]) => ` ${name}="${escapeXml(String(value)).replace(/\n/g, '&#10;')}"`)
    .join('');
}

/** XML 1.0 has no way at all to say most control characters: they become U+FFFD. */
function escapeXml(text: string): string {
  return text
    .replace(/\p{Surrogate}/gu, '\ufffd')
    .replace(/(?![\t\n\r\u007f-\u009f])\p{Cc}|[\ufffe\uffff]/gu, '\ufffd')
    .replace(/[&<>"\r]/g, (character) => entities[character] ?? character);
}

const entities: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\r': '&#13;',
};
