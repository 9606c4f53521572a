import type { JobDetail } from '../app/api-types.js';
import { CopyLine } from '../ui/copy-line.js';
import { Panel } from '../ui/panel.js';
import { judgeAgainCommand, reproduceCommand } from './reproduce.js';
import styles from './reproduce-panel.module.css';

/** Command lines to do it again. */
export function Reproduce({ job }: { job: JobDetail }) {
  const evidence = job.artifacts.find(({ kind }) => kind === 'evidence');
  return (
    <Panel title="Reproduce this">
      <div className={styles['lines']}>
        <p>The same scenario, seed and kernel on your machine:</p>
        <CopyLine
          label="Command that runs it again"
          text={reproduceCommand(job, window.location.origin)}
        />
        {evidence !== undefined && (
          <>
            <p>The same recording, judged again:</p>
            <CopyLine
              label="Command that judges it again"
              text={judgeAgainCommand(job, evidence.name)}
            />
          </>
        )}
      </div>
    </Panel>
  );
}
