import type { Finding, Verdict } from '../app/api-types.js';
import { formatDuration, formatMs, plural } from '../ui/format.js';
import { Mark } from '../ui/mark.js';
import { Panel } from '../ui/panel.js';
import styles from './findings.module.css';

const harmWords = {
  none: 'no harm',
  possible: 'harm was possible',
  landed: 'the harm was done',
} as const;

/** What is violated, each with the witness: what happened, step by step, and where the recording has it. */
export function Findings({ verdict }: { verdict: Verdict }) {
  const { findings, inconclusive } = verdict;
  if (findings.length === 0 && inconclusive.length === 0) return null;
  return (
    <Panel
      title={findings.length > 0 ? 'Findings' : 'Why it is not certain'}
      aside={`under ${verdict.profile}`}
      flush
    >
      {inconclusive.length > 0 && (
        <ul className={styles['reasons']}>
          {inconclusive.map(({ reason }) => (
            <li key={reason}>
              <Mark shape="diamond" tone="inconclusive" /> {reason}
            </li>
          ))}
        </ul>
      )}
      {findings.map((finding, at) => (
        <details key={at} className={styles['finding']} open={at === 0}>
          <summary>
            <span className={styles['rule']}>
              <Mark shape="triangle" tone="violation" /> {finding.rule}
            </span>
            <span className={styles['blame']}>
              {finding.blame} {finding.blamed}
              {finding.harm !== null && `, ${harmWords[finding.harm]}`}
            </span>
            <span className={styles['sentence']}>{finding.sentence}</span>
          </summary>
          <Witness finding={finding} />
        </details>
      ))}
    </Panel>
  );
}

function Witness({ finding }: { finding: Finding }) {
  const { steps } = finding.witness;
  if (steps.length === 0) return null;
  return (
    <div className={styles['frame']}>
      <table className={styles['witness']} aria-label={`Witness: ${plural(steps.length, 'step')}`}>
        <thead>
          <tr>
            <th scope="col">Time</th>
            <th scope="col">After</th>
            <th scope="col">What happened</th>
            <th scope="col">Where</th>
          </tr>
        </thead>
        <tbody>
          {steps.map(({ ms, what, at }, index) => {
            const before = steps[index - 1]?.ms;
            return (
              <tr key={index}>
                <td className={styles['ms']}>{formatMs(ms)}</td>
                <td className={styles['after']}>
                  {before === undefined ? '' : `+${formatDuration(ms - before)}`}
                </td>
                <td>{what}</td>
                <td className={styles['at']}>{at !== undefined && <code>{at}</code>}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}
