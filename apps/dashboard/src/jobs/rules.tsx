import type { Verdict } from '../app/api-types.js';
import { MarkLabel } from '../ui/mark.js';
import type { Look } from '../ui/outcome.js';
import { Panel } from '../ui/panel.js';
import { Table, type Column } from '../ui/table.js';

type Rule = Verdict['rules'][number];

const looks: Readonly<Record<Rule['status'], Look>> = {
  violated: { shape: 'triangle', tone: 'violation', word: 'violated' },
  inconclusive: { shape: 'diamond', tone: 'inconclusive', word: 'inconclusive' },
  held: { shape: 'circle', tone: 'pass', word: 'held' },
  'not-judged': { shape: 'dashed', tone: 'idle', word: 'not judged' },
};
const order = Object.keys(looks);

const columns: Column<Rule>[] = [
  { title: 'Rule', kind: 'tight', isHead: true, cell: ({ rule }) => rule },
  { title: 'Status', kind: 'tight', cell: ({ status }) => <MarkLabel look={looks[status]} /> },
  { title: 'Because', kind: 'wide', cell: ({ reason }) => reason },
];

/** Every rule: what a pass proves, and what it does not. */
export function Rules({ verdict }: { verdict: Verdict }) {
  const rows = [...verdict.rules].sort(
    (one, other) => order.indexOf(one.status) - order.indexOf(other.status),
  );
  return (
    <Panel title="Rules" flush>
      <Table label="Rules" columns={columns} rows={rows} keyOf={({ rule }) => rule} />
    </Panel>
  );
}
