import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { formatProblems, parseScenario, scenarioSchema } from '@fenceline/contracts';
import { law } from '../laws.js';
import { utf8 } from '../material/recordings.js';
import { joined, Seeds } from '../mutate.js';
import type { Random } from '../random.js';
import type { Target } from '../target.js';

const folder = join(import.meta.dirname, '../../../../scenarios');
const encoder = new TextEncoder();

/** What YAML gives a meaning of its own, and what breaks readers of it. */
const tokens = [
  '&a ',
  '*a',
  '!!binary ',
  '!x ',
  '<<: *a',
  '? ',
  ': ',
  '- ',
  '# ',
  '|\n',
  '>-\n',
  '"',
  "'",
  '{',
  '}',
  '[',
  ']',
  ',',
  '\t',
  '\r\n',
  '%YAML 1.1\n',
  '\n---\n',
  '\n...\n',
  '__proto__: 1\n',
  'constructor: {}\n',
  '.nan',
  '-.inf',
  '1e999',
  '0x7fffffffffffffff',
  '99999999999999999999',
  '2026-01-01',
  '~',
  '\u0085',
  '\u2028',
  '\ufeff',
  '\u001b[31m',
  '['.repeat(3000),
  '{a: '.repeat(1500),
  '- '.repeat(3000),
];

/**
 * The reader of scenario files. Laws: nothing is thrown; what is accepted is a scenario; what is not has a problem, at a
 * place of the text, in one line without control characters.
 */
export function scenarioTarget(share: number): Target {
  const files = readdirSync(folder).filter((name) => name.endsWith('.yaml'));
  const seeds = new Seeds(files.map((name) => readFileSync(join(folder, name))));
  return {
    name: 'scenario',
    share,
    try(random) {
      const text = utf8.decode(withTokens(seeds.mutant(random), random));
      const result = parseScenario(text, 'scenario.yaml');
      const problems = result.ok ? result.warnings : [...result.problems, ...result.warnings];
      const lines = text.split('\n').length;
      for (const { line, column } of problems) {
        law(line >= 1 && line <= lines && column >= 1, `a problem is at ${line}:${column}`);
      }
      const told = formatProblems(problems);
      law(!/(?!\n)\p{Cc}/u.test(told), 'a problem has a control character');
      law(told === '' || told.split('\n').length === problems.length, 'a problem is not one line');
      if (result.ok) scenarioSchema.parse(result.scenario);
      else law(result.problems.length > 0, 'it is refused, and nothing is said why');
    },
  };
}

function withTokens(bytes: Uint8Array, random: Random): Uint8Array {
  let text = bytes;
  while (random.oneIn(2)) {
    const at = random.below(text.length + 1);
    text = joined(text.subarray(0, at), encoder.encode(random.pick(tokens)), text.subarray(at));
  }
  return text;
}
