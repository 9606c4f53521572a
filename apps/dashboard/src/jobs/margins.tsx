import type { Margin, Verdict } from '../app/api-types.js';
import { formatMargin } from '../ui/format.js';
import { MarkLabel } from '../ui/mark.js';
import { outcomeLooks } from '../ui/outcome.js';
import { Panel } from '../ui/panel.js';
import { Table, type Column } from '../ui/table.js';
import styles from './margins.module.css';

type Row = Margin & { profile: string; decides: boolean; verdict: Verdict['verdict'] };

const columns: Column<Row>[] = [
  {
    title: 'Profile',
    isHead: true,
    cell: ({ profile, decides }) => (decides ? <>{profile} (decides)</> : profile),
  },
  {
    title: 'Verdict',
    kind: 'tight',
    cell: ({ verdict }) => <MarkLabel look={outcomeLooks[verdict]} />,
  },
  { title: 'Association', cell: ({ association }) => association },
  { title: 'Fence ends by', kind: 'tight', cell: ({ fenceEndBy }) => fenceEndBy },
  {
    title: 'First retry after host fence end',
    kind: 'number',
    cell: ({ firstRetryMinusFenceEndMs: ms }) => <Signed ms={ms} none="no retry" />,
  },
  {
    title: 'Target fence end after last apply',
    kind: 'number',
    cell: ({ targetFenceEndMinusLastApplyMs: ms }) => <Signed ms={ms} none="no such end" />,
  },
];

/** How near it was, under each profile: a negative margin is a violation. */
export function Margins({ verdict }: { verdict: Verdict }) {
  const rows = verdict.profiles.flatMap(({ name, verdict: under, margins }) =>
    margins.map((margin) => ({
      ...margin,
      profile: name,
      decides: name === verdict.profile,
      verdict: under,
    })),
  );
  if (rows.length === 0) return null;
  return (
    <Panel title="Margins under each profile" aside="negative: violated" flush>
      <Table
        label="Margins"
        columns={columns}
        rows={rows}
        keyOf={({ profile, association, giveUpMs }) => `${profile} ${association} ${giveUpMs}`}
      />
    </Panel>
  );
}

function Signed({ ms, none }: { ms: number | null; none: string }) {
  if (ms === null) return <span className={styles['none']}>{none}</span>;
  return (
    <span className={ms < 0 ? styles['violated'] : undefined} title={`${ms} ms`}>
      {formatMargin(ms)}
    </span>
  );
}
