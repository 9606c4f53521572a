import { useState } from 'react';
import type { AttemptArtifact } from '../app/api-types.js';
import { ButtonAnchor, Button } from '../ui/button.js';
import { Panel } from '../ui/panel.js';
import { contentOf } from './files.js';
import styles from './report.module.css';

/** The report of the job, in a frame that can reach nothing of this page. */
export function Report({ artifacts }: { artifacts: readonly AttemptArtifact[] }) {
  const [isShown, setIsShown] = useState(false);
  const report = artifacts.findLast(({ kind }) => kind === 'report');
  if (report === undefined) return null;
  return (
    <Panel
      title="Report"
      aside={
        <ButtonAnchor small href={contentOf(report)} target="_blank" rel="noreferrer">
          Open it alone
        </ButtonAnchor>
      }
    >
      {isShown ? (
        <iframe
          className={styles['frame']}
          src={contentOf(report)}
          sandbox="allow-scripts"
          title="Report of the job"
        />
      ) : (
        <Button onClick={() => setIsShown(true)}>Show the report here</Button>
      )}
    </Panel>
  );
}
