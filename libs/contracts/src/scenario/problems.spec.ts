import { describe, expect, it } from 'vitest';
import { parseScenario } from './parse-scenario.js';
import { formatProblems } from './problem.js';
import { broken, placeOfMark, problemsOf, soundScenario } from './scenario.testing.js';

/** What is replaced, by what (▸ marks the place that must be named), the field, and words of the report. */
type Case = [from: string, to: string, path: string, message: string, mend: string];

function expectEach(cases: readonly Case[]): void {
  it.each(cases)('%j → %j', (from, to, path, message, mend) => {
    const { text, line, column } = broken(from, to);
    const problems = problemsOf(text);
    expect(formatProblems(problems).split('\n')).toHaveLength(1);
    expect(problems[0]).toMatchObject({ file: 'x.yaml', line, column, path });
    expect(problems[0]?.message).toContain(message);
    expect(problems[0]?.mend).toContain(mend);
  });
}

describe('a sound scenario', () => {
  it('has no problem and no warning', () => {
    expect(parseScenario(soundScenario, 'x.yaml')).toMatchObject({ ok: true, warnings: [] });
  });
});

describe('YAML that is not plain', () => {
  expectEach([
    ['name: sound', 'name: ▸&n sound', 'name', 'anchor', 'Remove `&n`'],
    ['verdict: violation', 'verdict: ▸*v', 'expect[0].verdict', 'alias', 'quotes'],
    [
      'violates: [no-early-retry]',
      'never: [▸*others]',
      'expect[0].never[0]',
      'alias',
      "`'*others'`",
    ],
    ['name: sound', 'name: sound\n▸<<: { control: true }', '', 'merge key', 'Write the fields out'],
    ['name: sound', 'name: ▸!!str sound', 'name', 'tag', 'plain value'],
    ['name: sound', 'name: sound\n▸name: again', 'name', 'twice', 'line 2'],
    ['    A: { cntlid', '    ▸1: {}\n    A: { cntlid', 'array.nodes', 'not text', 'letter'],
    ['name: sound', 'name: sound\n? ▸[a, b]\n: 1', '', 'not plain text', 'plain name'],
    [
      'name: sound',
      'name: sound\n▸__proto__: { a: 1 }',
      '__proto__',
      'not a known field',
      'Remove',
    ],
  ]);
});

describe('text that is no YAML', () => {
  it.each([
    ['fenceline: 1\n▸\t- a\n', 'Tabs', 'spaces'],
    ['a: [1, 2\n▸b: 3\n', 'flow sequence', 'closed'],
    ['a: "x\n▸', 'quote', 'Close'],
    ['a: ▸b: c\n', 'mappings', 'quotes'],
    ['a: 1\n▸---\nb: 1\n', 'several YAML documents', '---'],
    [`a: ▸${'['.repeat(5000)}`, 'nested too deeply', 'deep'],
  ])('%j', (marked, message, mend) => {
    const { text, line } = placeOfMark(marked);
    const [problem] = problemsOf(text);
    expect(problem?.line).toBe(line);
    expect(problem?.message.toLowerCase()).toContain(message.toLowerCase());
    expect(problem?.mend).toContain(mend);
  });

  it('is reported alone: what the rest means is not known', () => {
    const problems = problemsOf('fenceline: [\nname: 1\n');
    expect(problems.every(({ path }) => path === '')).toBe(true);
  });

  it.each(['', '# only a comment\n', '[]', 'text', '5'])('nothing to read in %j', (text) => {
    expect(problemsOf(text)).toMatchObject([{ line: 1, column: 1, path: '' }]);
  });

  it.each(['%YAML 1.1\n---\n', '%TAG !e! tag:example.org,2000:\n---\n'])('directive %j', (head) => {
    expect(problemsOf(head + soundScenario)[0]?.message).toContain('directive');
  });
});

describe('limits', () => {
  it('refuses more than 256 KiB of UTF-8, whatever is in it', () => {
    const ok = `${soundScenario}#${'x'.repeat(256 * 1024 - soundScenario.length - 1)}`;
    expect(problemsOf(ok)).toEqual([]);
    expect(problemsOf(`${ok}x`)).toMatchObject([{ message: 'the file has more than 256 KiB' }]);
    const wide = `${soundScenario}#${'€'.repeat(90_000)}`;
    expect(problemsOf(wide)).toMatchObject([{ message: 'the file has more than 256 KiB' }]);
  });

  it('refuses deep nesting and many values with one problem each', () => {
    const deep = `${soundScenario}description: ${'['.repeat(60)}${']'.repeat(60)}\n`;
    expect(messages(deep)).toEqual(['is a list', 'is nested too deeply']);
    expect(problemsOf(`[${'0,'.repeat(30_000)}]`)).toMatchObject([
      { message: 'there are more than 20000 values' },
      { message: 'the file is not a map of fields' },
    ]);
  });

  const many = (count: number, one: (index: number) => string) =>
    Array.from({ length: count }, (_, index) => one(index)).join('');

  it('bounds nodes, hosts, links, jobs, steps and expectations', () => {
    const nodes = many(9, (i) => `    N${i}: { cntlid: [${300 + 2 * i}, ${301 + 2 * i}] }\n`);
    expect(messages(soundScenario.replace('hosts:', `${nodes}hosts:`))).toContain(
      'has more than 8 nodes',
    );
    const hosts = many(5, (i) => `  h${i}: {}\n`);
    expect(messages(soundScenario.replace('links:', `${hosts}links:`))).toContain(
      'has more than 4 hosts',
    );
    const links = many(40, (i) => `  L${i}: { host: host1, node: A }\n`);
    expect(messages(soundScenario.replace('workload:', `${links}workload:`))).toContain(
      'has more than 32 links',
    );
    const jobs = many(17, (i) => `  - { name: j${i}, fio: { size: 4k } }\n`);
    expect(paths(soundScenario.replace('timeline:', `${jobs}timeline:`))).toContain('workload');
    const steps = many(201, () => '  - do: { stop: {} }\n');
    expect(paths(soundScenario.replace('expect:', `${steps}expect:`))).toContain('timeline');
    const entries = many(17, () => '  - { capability: ccr, verdict: pass }\n');
    expect(paths(soundScenario.replace('expect:\n', `expect:\n${entries}`))).toContain('expect');
  });
});

describe('fields', () => {
  expectEach([
    ['fenceline: 1', 'fenceline: ▸2', 'fenceline', 'not a version', '`1`'],
    ['fenceline: 1', 'fenceline: ▸1.5', 'fenceline', 'not a version', '`1`'],
    ['name: sound', 'name: ▸a/b', 'name', 'not a name', 'stuck-write'],
    ['name: sound', 'name: ▸5', 'name', 'plain number', 'text'],
    ['name: sound', 'name: sound\n▸nmae: x', 'nmae', 'not a known field', '`name`'],
    ['name: sound', 'name: sound\n▸links2: x', 'links2', 'not a known field', '`links`'],
    [
      'name: sound',
      'name: sound\n▸keepAlive: 5s',
      'keepAlive',
      'not a known field',
      '`hosts.NAME`',
    ],
    [
      'name: sound',
      'name: sound\nsubsystem: { nqn: ▸foo }',
      'subsystem.nqn',
      'not an NQN',
      'nqn.2026',
    ],
    [
      'name: sound',
      'name: sound\nsubsystem: { namespaces: ▸[{}, {}] }',
      'subsystem.namespaces',
      'exactly one',
      '1 entry',
    ],
    [
      'name: sound',
      'name: sound\nsubsystem: { namespaces: [{ size: ▸64 }] }',
      'subsystem.namespaces[0].size',
      'plain number',
      '`64MiB`',
    ],
    [
      'name: sound',
      'name: sound\nsubsystem: { namespaces: [{ size: ▸64MB }] }',
      'subsystem.namespaces[0].size',
      '`MB` is not a unit',
      '`64MiB`',
    ],
    [
      'name: sound',
      'name: sound\nsubsystem: { namespaces: [{ size: ▸4KiB }] }',
      'subsystem.namespaces[0].size',
      'too little',
      '`1MiB`',
    ],
    [
      'name: sound',
      'name: sound\nsubsystem: { namespaces: [{ size: ▸2TiB }] }',
      'subsystem.namespaces[0].size',
      'too much',
      '`1TiB`',
    ],
    [
      'name: sound',
      'name: sound\nsubsystem: { namespaces: [{ blockSize: ▸1024 }] }',
      'subsystem.namespaces[0].blockSize',
      '1024',
      '512, 4096',
    ],
    [
      'A: { cntlid: [1, 99] }',
      'A: { cntlid: [1, 99], memory: ▸256MiB }',
      'array.nodes.A.memory',
      'does not unpack',
      '`320MiB`',
    ],
    [
      'A: { cntlid: [1, 99] }',
      'A: { cntlid: [1, 99], kernel: ▸6.1 }',
      'array.nodes.A.kernel',
      'plain number',
      'debian:6.1',
    ],
    [
      'A: { cntlid: [1, 99] }',
      'A: { cntlid: [1, 99], kernel: ▸"a b" }',
      'array.nodes.A.kernel',
      'not the name',
      'debian:6.1',
    ],
    [
      'A: { cntlid: [1, 99] }',
      'A: { cntlid: [1, 99], ports: ▸0 }',
      'array.nodes.A.ports',
      'too small',
      '1 to 8',
    ],
    [
      'A: { cntlid: [1, 99] }',
      'A: { cntlid: ▸[7, 7] }',
      'array.nodes.A.cntlid',
      'single controller ID',
      '`[7, 99]`',
    ],
    [
      'A: { cntlid: [1, 99] }',
      'A: { cntlid: ▸[99, 1] }',
      'array.nodes.A.cntlid',
      'begins after its end',
      'first',
    ],
    [
      'A: { cntlid: [1, 99] }',
      'A: { cntlid: ▸[1] }',
      'array.nodes.A.cntlid',
      'too few',
      '2 entries',
    ],
    [
      'A: { cntlid: [1, 99] }',
      'A: { cntlid: [▸0, 99] }',
      'array.nodes.A.cntlid[0]',
      'too small',
      '1 to 65519',
    ],
    ['keepAlive: 5s', 'keepAlive: ▸5', 'hosts.host1.keepAlive', 'plain number', '`5s`'],
    ['keepAlive: 5s', 'keepAlive: ▸5sec', 'hosts.host1.keepAlive', 'not a unit', '`5s`'],
    ['keepAlive: 5s', 'keepAlive: ▸5 s', 'hosts.host1.keepAlive', 'space', '`5s`'],
    [
      'keepAlive: 5s',
      'keepAlive: ▸5500ms',
      'hosts.host1.keepAlive',
      'whole number of seconds',
      '`6s`',
    ],
    ['keepAlive: 5s', 'keepAlive: ▸0s', 'hosts.host1.keepAlive', 'out of range', 'from 1s'],
    ['keepAlive: 5s', '▸keepAlive: ', 'hosts.host1.keepAlive', 'is empty', '`5s`'],
    [
      'keepAlive: 5s',
      '▸keepalive: 5s',
      'hosts.host1.keepalive',
      'not a known field',
      '`keepAlive`',
    ],
    [
      'keepAlive: 5s',
      'ctrlLossTimeout: ▸never',
      'hosts.host1.ctrlLossTimeout',
      'not a duration',
      'forever',
    ],
    [
      'keepAlive: 5s',
      'ioPolicy: ▸roundrobin',
      'hosts.host1.ioPolicy',
      'not a value',
      '`round-robin`',
    ],
    ['keepAlive: 5s', 'queues: ▸"1"', 'hosts.host1.queues', 'text', 'without quotes'],
    ['host1: { keepAlive: 5s }', 'host1: ▸[5s]', 'hosts.host1', 'a list', 'a map'],
    ['name: writers', 'name: ▸all', 'workload[0].name', 'reserved', 'other than'],
    ['size: 32k,', 'size: ▸32KiB,', 'workload[0].fio.size', 'fio’s syntax', '1000 bytes'],
    ['size: 32k,', 'size: ▸[32k],', 'workload[0].fio.size', 'a list', '`4k`'],
    [
      'size: 32k,',
      'size: 32k, ▸filename: /dev/sda,',
      'workload[0].fio.filename',
      'not a known field',
      'rw, bs',
    ],
    [
      'size: 32k,',
      'size: 32k, ▸exec_prerun: reboot,',
      'workload[0].fio.exec_prerun',
      'not a known field',
      'rw, bs',
    ],
    [
      'size: 32k,',
      'size: 32k, ioengine: ▸external:x.so,',
      'workload[0].fio.ioengine',
      'not a value',
      'libaio',
    ],
    ['size: 32k,', 'size: 32k, runtime: ▸1d,', 'workload[0].fio.runtime', 'fio’s syntax', '`60s`'],
    ['size: 32k,', 'size: 32k, direct: ▸2,', 'workload[0].fio.direct', '`2`', '0, 1'],
    [
      'fio: { size: 32k, numjobs: 8,',
      '▸fio: { numjobs: 8,',
      'workload[0].fio.size',
      'is missing',
      '4k',
    ],
    [
      'at: 2s\n    do: { hold: { node: A } }',
      '▸at: 2s\n    after: 1s\n    do: { hold: { node: A } }',
      'timeline[0]',
      'only one',
      'at, after, when',
    ],
    [
      'do: { drop: { link: A } }',
      'do: { ▸dorp: { link: A } }',
      'timeline[1].do.dorp',
      'not a known field',
      '`drop`',
    ],
    ['do: { drop: { link: A } }', 'do: ▸{}', 'timeline[1].do', 'names no action', 'hold, release'],
    [
      'do: { drop: { link: A } }',
      'do: ▸{ drop: { link: A }, stop: {} }',
      'timeline[1].do',
      'several',
      'exactly one',
    ],
    [
      'do: { drop: { link: A } }',
      'do: { hold: ▸{ link: A, node: B } }',
      'timeline[1].do.hold',
      'several',
      'node, link',
    ],
    [
      'do: { drop: { link: A } }',
      'do: { hold: ▸{ link: A, next: 3 } }',
      'timeline[1].do.hold',
      '`next`',
      'node',
    ],
    [
      'do: { drop: { link: A } }',
      'do: { hold: ▸{ node: A, direction: both } }',
      'timeline[1].do.hold',
      '`direction`',
      'link',
    ],
    [
      'do: { drop: { link: A } }',
      'do: { drop: { link: A, direction: ▸to-hots } }',
      'timeline[1].do.drop.direction',
      'not a value',
      '`to-host`',
    ],
    [
      'do: { drop: { link: A } }',
      'do: { drop: { link: [A, ▸5] } }',
      'timeline[1].do.drop.link[1]',
      'plain number',
      'name',
    ],
    [
      'do: { drop: { link: A } }',
      'do: { drop: { link: ▸{ A: 1 } } }',
      'timeline[1].do.drop.link',
      'a map',
      '`all`',
    ],
    [
      '  - do: { release',
      '  - ▸within: 5s\n    do: { release',
      'timeline[2].within',
      'not a known field',
      '`timeline[].when`',
    ],
    [
      'when: { held: { node: A, writes: 4 } }',
      'when: ▸{ within: 5s }',
      'timeline[1].when',
      'names no event',
      'held',
    ],
    [
      'when: { held: { node: A, writes: 4 } }',
      'when: { ▸firstRetry: }',
      'timeline[1].when.firstRetry',
      'is empty',
      '`{}`',
    ],
    [
      'when: { held: { node: A, writes: 4 } }',
      'when: { writes: ▸{ link: A, node: A, count: 1 } }',
      'timeline[1].when.writes',
      'only one',
      'link, node',
    ],
    [
      'when: { held: { node: A, writes: 4 } }',
      'when: { ▸writes: {} }',
      'timeline[1].when.writes.count',
      'is missing',
      '`count: 1`',
    ],
    ['verdict: violation', 'verdict: ▸violaton', 'expect[0].verdict', 'not a value', '`violation`'],
    [
      'violates: [no-early-retry]',
      'violates: [▸no-early-retries]',
      'expect[0].violates[0]',
      'not a value',
      '`no-early-retry`',
    ],
    [
      'verdict: violation',
      'verdict: violation\n    capability: ▸CCR',
      'expect[0].capability',
      'not the name',
      'ccr',
    ],
    [
      'verdict: violation',
      'verdict: violation\n    under: { ▸strict: pass }',
      'expect[0].under.strict',
      'not a known field',
      'tp4129-strict',
    ],
    [
      'expect:',
      'exercise: { ▸completeUnaplied: 1 }\nexpect:',
      'exercise.completeUnaplied',
      'not a known field',
      '`completeUnapplied`',
    ],
    ['expect:', 'exercise: { held: ▸-1 }\nexpect:', 'exercise.held', 'too small', '0 to'],
    ['expect:', 'bounds: { run: ▸500ms }\nexpect:', 'bounds.run', 'out of range', '1s'],
    [
      'expect:',
      'allow: { ioErrors: ▸yes }\nexpect:',
      'allow.ioErrors',
      'text',
      '`true` or `false`',
    ],
    ['expect:', 'description: ▸{}\nexpect:', 'description', 'a map', 'text'],
  ]);

  it('points at the parent of a field that is missing', () => {
    expect(problemsOf('fenceline: 1\n').map(({ line, path }) => [line, path])).toEqual([
      [1, 'name'],
      [1, 'array'],
      [1, 'hosts'],
      [1, 'links'],
      [1, 'workload'],
    ]);
  });

  it('refuses names that could leave a folder or an option', () => {
    for (const name of ['../x', 'a b', 'a,b', '-x', 'a=b', 'x'.repeat(33)]) {
      const text = soundScenario.replace('host1: {', `"${name}": {`);
      expect(problemsOf(text).map(({ path }) => path)).toContain(`hosts.${name}`);
    }
  });

  it('keeps control characters of a file away from the terminal', () => {
    const shown = formatProblems(
      problemsOf(soundScenario.replace('name: sound', '"\\e[31mred": "\\a"')),
    );
    expect(shown).not.toMatch(/[^\P{Cc}\n]/u);
  });
});

describe('topology', () => {
  expectEach([
    [
      'B: { cntlid: [100, 199] }',
      'B: { cntlid: ▸[99, 199] }',
      'array.nodes.B.cntlid',
      'overlap',
      'free range',
    ],
    [
      '    B: { cntlid: [100, 199] }',
      '    ▸B: {}',
      'array.nodes.B.cntlid',
      'several nodes',
      '[100, 199]',
    ],
    [
      'links:\n  A: { host: host1',
      'links:\n  A: { host: ▸host2',
      'links.A.host',
      'no host `host2`',
      '`host1`',
    ],
    [
      'B: { host: host1, node: B }',
      'B: { host: host1, node: A, port: ▸2 }',
      'links.B.port',
      'no port 2',
      '`ports: 2`',
    ],
    [
      '  B: { host: host1, node: B }',
      '  ▸B: { host: host1, node: A }',
      'links.B',
      'taken by link A',
      'another port',
    ],
    [
      '  host1: { keepAlive: 5s }',
      '  host1: { keepAlive: 5s }\n  ▸host2: {}',
      'hosts.host2',
      'no link',
      'host2',
    ],
    [
      'name: sound',
      'name: sound\nsubsystem: { namespaces: [{ size: ▸1049088B }] }',
      'subsystem.namespaces[0].size',
      'whole number of blocks',
      '1028KiB',
    ],
  ]);

  it('reports a link to a node that does not exist where it is named', () => {
    const { text, line, column } = broken('node: B }', 'node: ▸C }');
    const [problem] = problemsOf(text);
    expect(problem).toMatchObject({ line, column, path: 'links.B.node' });
    expect(problem?.mend).toContain('The nodes are A, B.');
  });

  it('wants a name of its own for each VM', () => {
    const text = soundScenario.replaceAll('host1', 'A');
    expect(problemsOf(text)).toMatchObject([
      { path: 'hosts.A', line: 8, column: 3, message: '`A` is the name of a node too' },
    ]);
  });

  it('warns of a short keep-alive and of a node without a link', () => {
    const short = parseScenario(soundScenario.replace('keepAlive: 5s', 'keepAlive: 4s'), 'x.yaml');
    expect(short).toMatchObject({
      ok: true,
      warnings: [{ path: 'hosts.host1.keepAlive', line: 8 }],
    });
    const alone = soundScenario.replace('  B: { host: host1, node: B }\n', '');
    expect(parseScenario(alone, 'x.yaml')).toMatchObject({
      ok: true,
      warnings: [{ path: 'array.nodes.B', line: 6, column: 5 }],
    });
  });
});

describe('workload', () => {
  expectEach([
    ['host: host1\n', 'host: ▸nobody\n', 'workload[0].host', 'no host `nobody`', 'host1'],
    ['numjobs: 8', 'bs: ▸6k', 'workload[0].fio.bs', 'whole number of blocks', '4096'],
    ['numjobs: 8', 'bs: ▸0', 'workload[0].fio.bs', 'whole number of blocks', '4096'],
    ['numjobs: 8', 'offset: ▸100', 'workload[0].fio.offset', 'whole number of blocks', 'or 0'],
    [
      'size: 32k, numjobs: 8',
      'bs: 64k, size: ▸32k',
      'workload[0].fio.size',
      'smaller than one I/O',
      '64k',
    ],
    [
      'size: 32k, numjobs: 8',
      'size: ▸32k, offset: 64m',
      'workload[0].fio.size',
      'beyond the namespace',
      'offset_increment',
    ],
    [
      'size: 32k, numjobs: 8, offset_increment: 32k',
      'size: ▸9m, numjobs: 8, offset_increment: 9m',
      'workload[0].fio.size',
      'last of 8 jobs',
      'enlarge',
    ],
    [
      'numjobs: 8',
      'runtime: ▸121s',
      'workload[0].fio.runtime',
      'longer than the bound',
      'bounds.run',
    ],
    [
      'numjobs: 8',
      'runtime: ▸121',
      'workload[0].fio.runtime',
      'longer than the bound',
      'bounds.run',
    ],
    ['numjobs: 8', 'runtime: ▸0s', 'workload[0].fio.runtime', 'no time', '`60s`'],
    [
      'timeline:',
      '  - name: ▸writers\n    fio: { size: 4k }\ntimeline:',
      'workload[1].name',
      'workload[0]',
      'own',
    ],
  ]);

  it('asks for the host where there are several', () => {
    const two = soundScenario
      .replace('links:', '  host2: {}\nlinks:')
      .replace('workload:', '  C: { host: host2, node: A, port: 2 }\nworkload:')
      .replace('A: { cntlid: [1, 99] }', 'A: { cntlid: [1, 99], ports: 2 }')
      .replace('    host: host1\n', '');
    expect(problemsOf(two)).toMatchObject([{ path: 'workload[0].host', line: 15, column: 5 }]);
  });
});

describe('timeline', () => {
  expectEach([
    ['drop: { link: A }', 'drop: { link: ▸C }', 'timeline[1].do.drop.link', 'no link `C`', 'A, B'],
    [
      'drop: { link: A }',
      'drop: { link: [A, ▸C] }',
      'timeline[1].do.drop.link[1]',
      'no link `C`',
      'A, B',
    ],
    [
      'drop: { link: A }',
      'drop: { link: [A, ▸A] }',
      'timeline[1].do.drop.link[1]',
      'twice',
      'Remove',
    ],
    [
      'drop: { link: A }',
      'drop: { link: [A, ▸all] }',
      'timeline[1].do.drop.link[1]',
      '`all`',
      'alone',
    ],
    [
      'drop: { link: A }',
      'slow: { node: ▸C, by: 1s }',
      'timeline[1].do.slow.node',
      'no node `C`',
      'A, B',
    ],
    [
      'drop: { link: A }',
      'stop: { workload: ▸writer }',
      'timeline[1].do.stop.workload',
      'no job',
      '`writers`',
    ],
    ['drop: { link: A }', '▸restore: { link: A }', 'timeline[1].do.restore', 'no fault', 'above'],
    ['drop: { link: A }', '▸restore: { node: B }', 'timeline[1].do.restore', 'no fault', 'above'],
    [
      'held: { node: A, writes: 4 }',
      '▸held: { node: B }',
      'timeline[1].when.held',
      'nothing holds',
      'hold',
    ],
    [
      'held: { node: A, writes: 4 }',
      'giveUp: { link: ▸C }',
      'timeline[1].when.giveUp.link',
      'no path',
      'A, B',
    ],
    [
      'held: { node: A, writes: 4 }',
      'workloadEnded: { workload: ▸x }',
      'timeline[1].when.workloadEnded.workload',
      'no job',
      'writers',
    ],
    [
      'held: { node: A, writes: 4 }',
      'appliedUnanswered: { node: ▸x }',
      'timeline[1].when.appliedUnanswered.node',
      'no node',
      'A, B',
    ],
    [
      'release: { node: A }',
      '▸release: { node: B }',
      'timeline[2].do.release',
      'nothing is held',
      'hold',
    ],
    [
      'release: { node: A }',
      '▸discard: { node: B }',
      'timeline[2].do.discard',
      'nothing is held',
      'hold',
    ],
    [
      '  - do: { release: { node: A } }',
      '  - at: ▸1s\n    do: { release: { node: A } }',
      'timeline[2].at',
      'before a step above',
      'order',
    ],
    ['at: 2s', 'at: ▸120s', 'timeline[0].at', 'not within the run', 'bounds.run'],
    ['at: 2s', 'after: ▸10m', 'timeline[0].after', 'not within the run', 'bounds.run'],
  ]);

  it('does not let a newer write over held ones be awaited where nothing is held', () => {
    const text = soundScenario.replace('hold: { node: A }', 'slow: { node: A, by: 1s }');
    expect(paths(text)).toEqual(['timeline[1].when.held', 'timeline[2].do.release']);
    expect(
      paths(text.replace('held: { node: A, writes: 4 }', 'newerWriteAcknowledged: {}')),
    ).toContain('timeline[1].when.newerWriteAcknowledged');
  });

  it('lets a restored node be no longer held', () => {
    const text = soundScenario.replace('drop: { link: A }', 'restore: { node: A }');
    expect(paths(text)).toEqual(['timeline[2].do.release']);
  });

  it('says nothing of holds after a step that it could not read', () => {
    const text = soundScenario.replace('hold: { node: A }', 'hodl: { node: A }');
    expect(paths(text)).toEqual(['timeline[0].do.hodl']);
  });

  it('reports a node of `writes` to which no link leads', () => {
    const text = soundScenario
      .replace('  B: { host: host1, node: B }\n', '')
      .replace('held: { node: A, writes: 4 }', 'writes: { node: B, count: 1 }');
    expect(paths(text)).toEqual(['timeline[1].when.writes.node']);
  });
});

describe('expect', () => {
  expectEach([
    [
      '    violates: [no-early-retry]',
      '  - ▸verdict: pass',
      'expect[1]',
      'never looked at',
      'last',
    ],
    [
      'verdict: violation\n    v',
      'verdict: pass\n    ▸v',
      'expect[0].violates',
      '`pass`',
      'violation',
    ],
    [
      '[no-early-retry]',
      '[no-early-retry]\n    never: [▸no-early-retry]',
      'expect[0].never[0]',
      '`violates` too',
      'one of the two',
    ],
    [
      'verdict: violation',
      'verdict: violation\n    under: { ▸cqt-zero-10s: pass }',
      'expect[0].under.cqt-zero-10s',
      'decides',
      'remove',
    ],
    [
      'verdict: violation\n    violates: [no-early-retry]',
      'verdict: pass\n▸control: true',
      'control',
      'expects a violation',
      'verdict: violation',
    ],
  ]);

  it('lets a scenario ask for what cannot happen, with a warning: it ends inconclusive', () => {
    const text = `${soundScenario.replace(/timeline:[^]*expect:/, 'expect:')}exercise: { held: 5 }\n`;
    expect(parseScenario(text, 'x.yaml')).toMatchObject({
      ok: true,
      warnings: [{ path: 'exercise.held' }],
    });
  });
});

describe('all problems', () => {
  it('come at once, sorted by place, also where one part hides in another', () => {
    const text = soundScenario
      .replace('fenceline: 1', 'fenceline: 7')
      .replace('keepAlive: 5s', 'keepAlive: 5, keepalive: 5s')
      .replace('node: B }', 'node: Z, prot: 1 }')
      .replace('numjobs: 8', 'numjobs: 8000')
      .replace('drop: { link: A }', 'drop: { link: Q }')
      .replace('verdict: violation', 'verdict: maybe');
    const found = problemsOf(text);
    expect(found.map(({ path }) => path)).toEqual([
      'fenceline',
      'hosts.host1.keepAlive',
      'hosts.host1.keepalive',
      'links.B.node',
      'links.B.prot',
      'workload[0].fio.numjobs',
      'timeline[1].do.drop.link',
      'expect[0].verdict',
    ]);
    const places = found.map(({ line, column }) => line * 1000 + column);
    expect(places).toEqual(places.toSorted((a, b) => a - b));
  });

  it('are lines that an editor can jump to', () => {
    const { text } = broken('keepAlive: 5s', 'keepAlive: ▸5');
    expect(formatProblems(problemsOf(text))).toBe(
      'x.yaml:8:23  hosts.host1.keepAlive: is a plain number (5). Write the unit too: `5s` or `5ms`.',
    );
    expect(formatProblems(problemsOf(''))).toMatch(/^x\.yaml:1:1 {2}the file is empty\. /);
  });
});

function paths(text: string): string[] {
  return problemsOf(text).map(({ path }) => path);
}

function messages(text: string): string[] {
  return problemsOf(text).map(({ message }) => message);
}
