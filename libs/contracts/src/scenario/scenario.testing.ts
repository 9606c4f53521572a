import { parseScenario } from './parse-scenario.js';
import type { Scenario } from './model.js';
import type { ScenarioProblem } from './problem.js';

/** A scenario with two nodes, for tests to break in one place. */
export const soundScenario = `fenceline: 1
name: sound
array:
  nodes:
    A: { cntlid: [1, 99] }
    B: { cntlid: [100, 199] }
hosts:
  host1: { keepAlive: 5s }
links:
  A: { host: host1, node: A }
  B: { host: host1, node: B }
workload:
  - name: writers
    host: host1
    fio: { size: 32k, numjobs: 8, offset_increment: 32k }
timeline:
  - at: 2s
    do: { hold: { node: A } }
  - when: { held: { node: A, writes: 4 } }
    do: { drop: { link: A } }
  - do: { release: { node: A } }
expect:
  - verdict: violation
    violates: [no-early-retry]
`;

/** A reference host and an array of two reference nodes; a timeline may follow. */
export const referenceScenario = `fenceline: 1
name: reference
array:
  nodes:
    A: { kind: reference, cntlid: [1, 99], cqt: 20s }
    B: { kind: reference, cntlid: [100, 199] }
hosts:
  host1: { kind: reference }
links:
  A: { host: host1, node: A }
  B: { host: host1, node: B }
  AB: { nodes: [A, B] }
workload:
  - name: writers
    fio: { size: 32k, numjobs: 8, offset_increment: 32k }
`;

/** Marks in a replacement the character at which a problem is expected. */
export const mark = '▸';

/** The sound scenario with `from` replaced by `to`, and the place of the mark in `to`. */
export function broken(from: string, to: string): { text: string; line: number; column: number } {
  if (!soundScenario.includes(from)) throw new Error(`the sound scenario has no ${from}`);
  return placeOfMark(soundScenario.replace(from, () => to));
}

export function placeOfMark(marked: string): { text: string; line: number; column: number } {
  const offset = marked.indexOf(mark);
  if (offset === -1) throw new Error('no place is marked');
  const before = marked.slice(0, offset).split('\n');
  return {
    text: marked.replace(mark, ''),
    line: before.length,
    column: (before.at(-1) ?? '').length + 1,
  };
}

export function problemsOf(text: string): ScenarioProblem[] {
  const result = parseScenario(text, 'x.yaml');
  return result.ok ? [] : result.problems;
}

/** The scenario of a text that must be right. */
export function scenarioOf(text: string): Scenario {
  const result = parseScenario(text, 'x.yaml');
  if (!result.ok) throw new Error(JSON.stringify(result.problems, null, 2));
  return result.scenario;
}
