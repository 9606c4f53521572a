import { linkDirectionSchema } from '../../events.js';
import { profileNameSchema, ruleNameSchema } from '../../verdict.js';
import { scenarioLimits } from '../limits.js';
import { inputSchema } from '../schema-guide.js';
import { exerciseMeanings } from '../text/expect.js';
import { formatSize } from '../units.js';
import { examplePorts, exampleReference, exampleScenario } from './example.js';
import { fieldTable, sectionsOf, table } from './field-table.js';

/** The reference page of the scenario file in Markdown, made from the schema. */
export function scenarioReference(): string {
  const parts = [
    '<!-- Made from the schema by `node scripts/docs.mjs`. Do not edit. -->',
    '# Scenario file, version 1',
    'A scenario is a YAML file: the lab, what its hosts do, what fails and when, and which verdict is expected. ' +
      '`fenceline validate FILE` lists every mistake with its line and column, `fenceline schema` prints the ' +
      'JSON Schema for editors.',
    code(exampleScenario),
    '## How values are written',
    howValuesAreWritten(),
    ...sections(),
    '## What else must be right',
    crossChecks(),
    '## Several paths to one node',
    code(examplePorts),
    '## A reference host and a reference array',
    code(exampleReference),
    whatReferenceKindsCan(),
    '## Names',
    names(),
    '## Limits',
    limits(),
  ];
  return `${parts.join('\n\n')}\n`;
}

function code(yaml: string): string {
  return `\`\`\`yaml\n${yaml}\`\`\``;
}

function howValuesAreWritten(): string {
  return bullets([
    '**duration**: a number with its unit, `ms`, `s`, `m` or `h`, such as `300ms` or `1.5s`. A plain number is refused.',
    '**size**: a number with its unit, `B`, `KiB`, `MiB`, `GiB` or `TiB` (powers of 1024), such as `64MiB`.',
    '**name**: a letter, then at most 31 letters, digits, `-` or `_`. `all`, `forever` and `held` are reserved.',
    '**name, list of names or `all`**: `A`, `[A, B]` or `all`.',
    '**fio size**, **fio time**, **fio switch**: as fio reads them. Sizes have k, m, g or t, all powers of 1024 ' +
      '(fio reads `KiB` as 1000 bytes, so it is refused here); a plain time is in seconds; a switch is 1 or 0.',
    'YAML is version 1.2 without anchors, aliases, merge keys, tags or directives. Text that begins with `*` ' +
      "needs quotes: `'*others'`.",
  ]);
}

function sections(): string[] {
  return sectionsOf(inputSchema(), '').flatMap(({ path, node }) => {
    const heading = path === '' ? '## The file' : `## \`${path}\``;
    const description = path === '' ? [] : [node.description ?? parentDescription(path)];
    return [
      heading,
      ...description.filter((text) => text !== ''),
      fieldTable(node),
      ...notes(path),
    ];
  });
}

/** The entries of a list or of a map of names are described where the list or the map is. */
function parentDescription(path: string): string {
  const parent = path.replace(/(\[\]|\.NAME)$/, '');
  let node = inputSchema();
  for (const part of parent.split('.')) {
    const name = part.replace('[]', '');
    const field = node.properties?.[name];
    if (field === undefined) return '';
    node = part.endsWith('[]') && !Array.isArray(field.items) ? (field.items ?? field) : field;
  }
  return node.description ?? '';
}

/** What a table does not say. */
function notes(path: string): string[] {
  switch (path) {
    case 'timeline[]':
      return [
        'At most one of `at`, `after` and `when`. A step that did not fire and is not `optional` turns a pass ' +
          'into inconclusive.',
      ];
    case 'timeline[].when':
      return ['Exactly one event, and `within`.'];
    case 'timeline[].do':
      return ['Exactly one action.'];
    case 'timeline[].do.hold':
    case 'timeline[].do.restore':
      return [
        'Either `node` or `link`. `direction` is for a link, `ops`, `next` and `inFlight` are for a node.',
      ];
    case 'expect[]':
      return [
        'As expected is a run whose verdict under `profile` is `verdict`, that violates at least the rules of ' +
          '`violates` and none of `never`, and whose verdicts under other profiles are those of `under`.',
      ];
    default:
      return [];
  }
}

function crossChecks(): string {
  return bullets([
    'Hosts and nodes have different names; every name that is used exists.',
    'With several nodes each has a `cntlid`, and the ranges do not overlap.',
    'Each link has a port of its node to itself; each host has a link.',
    'A link between two nodes joins reference nodes, each pair once. Events are on paths alone; `all` of a fault ' +
      'is every link.',
    'One port of a node, and its ANA state, can be named for reference nodes alone.',
    '`bs`, `size`, `offset` and `offset_increment` are whole blocks, and every job stays within the namespace.',
    'Steps with `at` are in the order of their times, and within `bounds.run`; so is the `runtime` of each job.',
    'What is released, discarded, restored or waited for as held was held or failed by a step above.',
    'The entry of `expect` without `capability` is the last; only a violation has `violates`; a control expects one.',
  ]);
}

/** The capabilities of VMs that are no Linux. */
function whatReferenceKindsCan(): string {
  return bullets([
    'For `capability`, a reference host can `cqt` with `fence: time-based`, `ccr` and `cqt` with `fence: ccr`; a ' +
      'reference node can `ccr` where `ccrl` is above 0, `cqt` where `cqt` is.',
    'Nodes that no link between them joins, or that cannot reach each other over it, answer a CCR for a controller ' +
      'of the other as failed, never as done.',
  ]);
}

function names(): string {
  return bullets([
    `Rules: ${list(ruleNameSchema.options)}.`,
    `Profiles: ${list(profileNameSchema.options)}.`,
    `Directions of a link: ${list(linkDirectionSchema.options)}.`,
    `Counters of \`exercise\`: ${list(Object.keys(exerciseMeanings))}.`,
  ]);
}

function limits(): string {
  const rows = [
    ['file', `${formatSize(scenarioLimits.textBytes)}, ${scenarioLimits.values} values`],
    ['nodes, ports of a node', `${scenarioLimits.nodes}, ${scenarioLimits.portsPerNode}`],
    ['hosts', `${scenarioLimits.hosts}`],
    ['links', `${scenarioLimits.links}`],
    ['jobs', `${scenarioLimits.workloads}`],
    ['steps', `${scenarioLimits.steps}`],
    ['entries of `expect`', `${scenarioLimits.expectations}`],
    [
      'memory of a VM',
      `${formatSize(scenarioLimits.memoryMin)} to ${formatSize(scenarioLimits.memoryMax)}`,
    ],
    [
      'namespace',
      `${formatSize(scenarioLimits.namespaceMin)} to ${formatSize(scenarioLimits.namespaceMax)}`,
    ],
    ['duration', '24h'],
  ];
  return table(['what', 'limit'], rows);
}

function list(words: readonly string[]): string {
  return words.map((word) => `\`${word}\``).join(', ');
}

function bullets(lines: readonly string[]): string {
  return lines.map((line) => `- ${line}`).join('\n');
}
