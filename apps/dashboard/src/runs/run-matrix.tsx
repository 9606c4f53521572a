import { Link } from 'wouter';
import type { RunCell, RunDetail } from '../app/api-types.js';
import { classes } from '../ui/classes.js';
import { NotAsExpected } from '../ui/expected.js';
import { formatShare } from '../ui/format.js';
import { OutcomeCounts } from '../ui/outcome-counts.js';
import { compareCells, counterpart, matrixOf, violationRate, type Difference } from './matrix.js';
import styles from './run-matrix.module.css';
import type { Rate } from './wilson.js';

interface RunMatrixProps {
  run: RunDetail;
  cells: readonly RunCell[];
  /** Cells of a run to compare with. */
  others: readonly RunCell[] | null;
}

/** Scenario × kernel: what became of the seeds and repeats of each. */
export function RunMatrix({ run, cells, others }: RunMatrixProps) {
  const { kernels, rows } = matrixOf(cells, run.spec);
  return (
    <div className={styles['frame']}>
      <table className={styles['matrix']} aria-label="Outcomes by scenario and kernel">
        <thead>
          <tr>
            <th scope="col">Scenario</th>
            {kernels.map((kernel) => (
              <th key={kernel} scope="col">
                {kernel ?? 'kernels of the scenario'}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.hash}>
              <th scope="row">
                <Link href={`/scenarios/${row.hash}`}>{row.name}</Link>
              </th>
              {row.cells.map((cell, at) => (
                <td
                  key={kernels[at]}
                  className={classes(
                    cell !== null && cell.progress.notAsExpected > 0 && styles['bad'],
                  )}
                >
                  {cell !== null && (
                    <Cell
                      runId={run.id}
                      cell={cell}
                      other={others === null ? null : (counterpart(cell, others) ?? 'missing')}
                    />
                  )}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface CellProps {
  runId: string;
  cell: RunCell;
  /** Null: nothing is compared. */
  other: RunCell | 'missing' | null;
}

function Cell({ runId, cell, other }: CellProps) {
  const rate = violationRate(cell);
  const query = new URLSearchParams({ runId, scenario: cell.scenario.name });
  if (cell.kernel !== null) query.set('kernel', cell.kernel);
  return (
    <div className={styles['cell']}>
      <Link href={`/jobs?${query.toString()}`} className={styles['jobs']}>
        <OutcomeCounts progress={cell.progress} />
      </Link>
      {rate !== null && <RateLine rate={rate} />}
      {cell.progress.notAsExpected > 0 && <NotAsExpected count={cell.progress.notAsExpected} />}
      {other === 'missing' && <span className={styles['compared']}>not in the other run</span>}
      {other !== null && other !== 'missing' && <Compared cell={cell} other={other} />}
    </div>
  );
}

/** `4 of 6 violate: 67 %, 30 to 90 %` with the range as a line from 0 to 100 %. */
function RateLine({ rate }: { rate: Rate }) {
  const range = `${formatShare(rate.low)} to ${formatShare(rate.high)}`;
  return (
    <div
      className={styles['rate']}
      title={`${rate.hits} of ${rate.tries} judged jobs violate; 95 % interval by Wilson: ${range}`}
    >
      <svg viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
        <path d="M0 4h100" className={styles['axis']} />
        <path d={`M${rate.low * 100} 4H${rate.high * 100}`} className={styles['range']} />
        <path d={`M${rate.share * 98 + 1} 0v8`} className={styles['share']} />
      </svg>
      <span>
        {formatShare(rate.share)} violate <span className={styles['dim']}>({range})</span>
      </span>
    </div>
  );
}

const differenceWords: Readonly<Record<Difference, string>> = {
  alone: '',
  same: 'the same rate',
  'within-chance': 'within chance',
  differs: 'differs',
};

function Compared({ cell, other }: { cell: RunCell; other: RunCell }) {
  const difference = compareCells(cell, other);
  return (
    <div className={classes(styles['compared'], difference === 'differs' && styles['differs'])}>
      <span>{differenceWords[difference]}, there: </span>
      <OutcomeCounts progress={other.progress} />
    </div>
  );
}
