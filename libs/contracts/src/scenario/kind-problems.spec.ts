import { describe, expect, it } from 'vitest';
import { formatProblems } from './problem.js';
import { placeOfMark, problemsOf, referenceScenario } from './scenario.testing.js';

/** Node B is Linux, so that both kinds are there. */
const mixed = `${referenceScenario.replace('B: { kind: reference,', 'B: {').replace('  AB: { nodes: [A, B] }\n', '')}
timeline:
  - do: { hold: { node: A } }
`;

type Case = [from: string, to: string, path: string, message: string, mend: string];

function expectEach(scenario: string, cases: readonly Case[]): void {
  it.each(cases)('%j → %j', (from, to, path, message, mend) => {
    expect(scenario).toContain(from);
    const { text, line, column } = placeOfMark(scenario.replace(from, () => to));
    const problems = problemsOf(text);
    expect(formatProblems(problems).split('\n')).toHaveLength(1);
    expect(problems[0]).toMatchObject({ line, column, path });
    expect(problems[0]?.message).toContain(message);
    expect(problems[0]?.mend).toContain(mend);
  });
}

describe('a field that only another kind has', () => {
  expectEach(mixed, [
    [
      'B: { cntlid',
      'B: ▸{ ccrl: 2, tbkas: true, cntlid',
      'array.nodes.B',
      '`ccrl`, `tbkas` has no meaning for the kind `linux`',
      '`reference` has ccrl, tbkas',
    ],
    [
      'A: { kind: reference',
      'A: ▸{ kind: reference, blockLayer: defaults',
      'array.nodes.A',
      '`blockLayer` has no meaning for the kind `reference`',
      '`linux` has ccrFault, blockLayer',
    ],
    [
      'host1: { kind: reference }',
      'host1: ▸{ fence: ccr }',
      'hosts.host1',
      '`fence` has no meaning for the kind `linux`',
      '`reference` has fence',
    ],
    [
      'host1: { kind: reference }',
      'host1: ▸{ kind: reference, cqtDefault: 10s }',
      'hosts.host1',
      '`cqtDefault` has no meaning',
      '`linux` has cqtDefault',
    ],
    [
      'host1: { kind: reference }',
      'host1: { kind: ▸refrence }',
      'hosts.host1.kind',
      'not a value',
      '`reference`',
    ],
  ]);
});

describe('values of the new fields', () => {
  expectEach(mixed, [
    ['cqt: 20s', 'cqt: ▸70s', 'array.nodes.A.cqt', 'out of range', '65535ms'],
    ['cqt: 20s', 'cqt: ▸20', 'array.nodes.A.cqt', 'plain number', '`20s`'],
    ['cqt: 20s', 'ccrl: ▸256', 'array.nodes.A.ccrl', 'too large', '0 to 255'],
    ['cqt: 20s', 'ccr: { refuse: ▸log }', 'array.nodes.A.ccr.refuse', 'not a value', 'log-full'],
    ['cqt: 20s', 'ccr: { ▸take: 3s }', 'array.nodes.A.ccr.take', 'not a known field', '`takes`'],
    [
      'cqt: 20s',
      'ccr: { fail: true, refuse: ▸limit }',
      'array.nodes.A.ccr.refuse',
      'excludes `fail: true`',
      'leave `fail` out',
    ],
    ['cqt: 20s', 'ccr: { bound: ▸0s }', 'array.nodes.A.ccr.bound', 'out of range', 'from 1ms'],
    [
      'cqt: 20s',
      'mutant: ▸Ignores_CQT',
      'array.nodes.A.mutant',
      'not the name of a controller mutant',
      'ignores-cqt',
    ],
    [
      'cqt: 20s',
      'mutant: ▸holds-one-queue',
      'array.nodes.A.mutant',
      'not the name of a controller mutant',
      'Write one of',
    ],
    [
      'kind: reference }',
      'kind: reference, mutant: ▸holds-one-queu }',
      'hosts.host1.mutant',
      'not the name of a host mutant',
      'Did you mean `holds-one-queue`?',
    ],
    [
      'kind: reference }',
      'kind: reference, ccrWait: ▸kato }',
      'hosts.host1.ccrWait',
      'not a value',
      'cqt',
    ],
    [
      'B: { cntlid',
      'B: { ccrFault: ▸hang, cntlid',
      'array.nodes.B.ccrFault',
      'not a value',
      '`hangs`',
    ],
  ]);
});

describe('cables between nodes', () => {
  const link = 'AB: { nodes: [A, B] }';
  expectEach(referenceScenario, [
    [link, 'AB: ▸{ nodes: [A, B], host: host1 }', 'links.AB', 'between two nodes', '`nodes` alone'],
    [link, 'AB: ▸{ node: A }', 'links.AB', 'does not say what it joins', '`nodes: [A, B]`'],
    [link, 'AB: { nodes: ▸[A] }', 'links.AB.nodes', 'too few', '2 entries'],
    [link, 'AB: { nodes: [A, ▸C] }', 'links.AB.nodes[1]', 'no node `C`', 'A, B'],
    [link, 'AB: { nodes: ▸[A, A] }', 'links.AB.nodes', 'with itself', 'different'],
    [link, `${link}\n  ▸BA: { nodes: [B, A] }`, 'links.BA', 'joined by link AB', 'Remove'],
  ]);

  it('join reference nodes alone', () => {
    const { text, line, column } = placeOfMark(
      referenceScenario.replace('B: { kind: reference, ', 'B: { ').replace('[A, B]', '[A, ▸B]'),
    );
    const [problem, ...others] = problemsOf(text);
    expect(others).toEqual([]);
    expect(problem).toMatchObject({ line, column, path: 'links.AB.nodes[1]' });
    expect(problem?.mend).toContain('kind: reference');
  });

  it('are no paths: a host needs one of its own', () => {
    const text = referenceScenario.replace(/ {2}A: { host.*\n {2}B: { host.*\n/, '');
    expect(problemsOf(text)).toMatchObject([
      { path: 'hosts.host1', message: 'the host has no link' },
    ]);
  });
});

describe('steps', () => {
  const step = 'do: { hold: { node: A } }';
  expectEach(mixed, [
    [
      step,
      'do: { hold: { node: all, port: ▸1 } }',
      'timeline[0].do.hold.port',
      'node B is of the kind `linux`: its ports share one way to the medium',
      'reference',
    ],
    [
      step,
      `${step}\n  - do: { ▸release: { node: A, port: 1 } }`,
      'timeline[1].do.release',
      'nothing is held there',
      'above it',
    ],
    [
      step,
      'do: { slow: { node: A, port: ▸2, by: 1s } }',
      'timeline[0].do.slow.port',
      'no port 2',
      '1 to 1',
    ],
    [
      step,
      'do: { hold: ▸{ link: A, port: 1 } }',
      'timeline[0].do.hold',
      '`port` has no meaning for a link',
      'Remove',
    ],
    [
      step,
      'do: { ana: { node: ▸B, state: inaccessible } }',
      'timeline[0].do.ana.node',
      'node B is of the kind `linux`',
      'reference',
    ],
    [
      step,
      'do: { ana: { node: A, port: ▸3, state: change } }',
      'timeline[0].do.ana.port',
      'no port 3',
      '1 to 1',
    ],
    [
      step,
      'do: { holdInside: { node: ▸B } }',
      'timeline[0].do.holdInside.node',
      'its controllers do as its kernel does',
      'reference',
    ],
    [
      step,
      'do: { releaseInside: { node: A, port: ▸3 } }',
      'timeline[0].do.releaseInside.port',
      'no port 3',
      '1 to 1',
    ],
    [
      step,
      'do: { resetConnection: { link: ▸Q, queue: 1 } }',
      'timeline[0].do.resetConnection.link',
      'no path `Q`',
      'A, B',
    ],
    [
      step,
      'do: { resetConnection: { link: A, queue: ▸2 } }',
      'timeline[0].do.resetConnection.queue',
      'have 1 I/O queue',
      '0 to 1',
    ],
  ]);

  const between = `${referenceScenario}timeline:\n  - do: { drop: { link: AB } }\n`;
  expectEach(between, [
    [
      'do: { drop: { link: AB } }',
      'do: { drop: { link: AB, direction: ▸to-node } }',
      'timeline[0].do.drop.direction',
      'between two nodes',
      '`both`',
    ],
    [
      'do: {',
      'when: { giveUp: { link: ▸AB } }\n    do: {',
      'timeline[0].when.giveUp.link',
      'no path `AB`',
      'A, B',
    ],
  ]);
});
