/**
 * The mutation table of the oracle: correct histories are generated, each mutation breaks one thing in its share of
 * them, and the rules must find it with the right blame, must not find the near misses, and must raise no alarm on
 * the correct ones.
 *
 *   npm run bench:oracle        (builds first; -- --seeds N for another number than 2000, -- --json for a document)
 *
 * Exits 1 when a mutation was missed or blamed on somebody else, or when an alarm was false. A seed brings its
 * history back.
 */
import { parseArgs } from 'node:util';
import { faultsOf, runCampaign } from '@fenceline/verifier/trust';

const EXIT_USAGE = 64;
const SHOWN_FAULTS = 20;

function options() {
  try {
    const { values } = parseArgs({
      options: {
        seeds: { type: 'string', default: '2000' },
        json: { type: 'boolean', default: false },
      },
    });
    const seeds = Number(values.seeds);
    if (!Number.isInteger(seeds) || seeds < 1) throw new Error('--seeds takes a number from 1 on');
    return { seeds, json: values.json };
  } catch (error) {
    console.error(`${error.message}\nUsage: npm run bench:oracle -- [--seeds N] [--json]`);
    process.exit(EXIT_USAGE);
  }
}

/** One line of the table, in numbers. */
function rowOf({ rule, name, mustBeFound, tried, faults }) {
  const of = (kind) => faults.filter((fault) => fault.kind === kind).length;
  const falseAlarms = of('false alarm');
  if (!mustBeFound)
    return { rule, nearMiss: name, tried, quiet: tried - faults.length, falseAlarms };
  const found = tried - of('missed');
  return { rule, mutation: name, tried, found, rightBlame: found - of('wrong blame'), falseAlarms };
}

function printTable(rows, correct) {
  let rule = '';
  for (const row of rows) {
    if (row.rule !== rule) console.log(`\n${(rule = row.rule)}`);
    const said =
      row.mutation === undefined
        ? `near miss, quiet ${row.quiet} of ${row.tried}`
        : `found ${row.found} of ${row.tried}, right blame ${row.rightBlame}`;
    console.log(`  ${said.padEnd(34)} ${row.mutation ?? row.nearMiss}`);
  }
  const alarms = correct.faults.filter(({ kind }) => kind === 'false alarm').length;
  const undecided = correct.faults.length - alarms;
  console.log(
    `\nfalse alarms ${alarms} of ${correct.tried} correct histories, undecided ${undecided}`,
  );
}

const { seeds, json } = options();
const begin = performance.now();
const campaign = runCampaign(0, seeds);
const seconds = (performance.now() - begin) / 1000;
const rows = campaign.mutations.map(rowOf);
const faults = faultsOf(campaign);
if (json) {
  const correct = { tried: campaign.correct.tried, faults: campaign.correct.faults };
  console.log(JSON.stringify({ seeds, rows, correct, faults }, null, 2));
} else {
  printTable(rows, campaign.correct);
  const mutations = rows.filter(({ mutation }) => mutation !== undefined);
  const sum = (key) => mutations.reduce((total, row) => total + row[key], 0);
  console.log(
    `${mutations.length} mutations and ${rows.length - mutations.length} near misses of ` +
      `${new Set(rows.map((row) => row.rule)).size} rules: found ${sum('found')} of ${sum('tried')}, right blame ` +
      `${sum('rightBlame')}; ${seeds} seeds in ${seconds.toFixed(1)} s`,
  );
  for (const fault of faults.slice(0, SHOWN_FAULTS)) console.log(`✗ ${fault}`);
  if (faults.length > SHOWN_FAULTS) console.log(`… and ${faults.length - SHOWN_FAULTS} more`);
}
process.exitCode = faults.length === 0 ? 0 : 1;
