import { useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import { may } from '../session/may.js';
import { useWho } from '../session/session.js';
import { ButtonLink } from '../ui/button.js';
import { Facts } from '../ui/facts.js';
import { Page } from '../ui/page.js';
import { Panel } from '../ui/panel.js';
import { Loaded } from '../ui/states.js';
import { Time } from '../ui/time.js';
import { scenarioQuery } from './queries.js';
import styles from './scenario-page.module.css';

/** A stored scenario as it was submitted. */
export function ScenarioPage({ hash }: { hash: string }) {
  const who = useWho();
  const query = useQuery(scenarioQuery(hash));
  const above = <Link href="/scenarios">Scenarios</Link>;
  return (
    <Page
      title={query.data?.name ?? 'Scenario'}
      above={above}
      actions={
        may(who, 'submit') && (
          <ButtonLink kind="primary" href={`/scenarios/edit?hash=${hash}`}>
            Edit and submit
          </ButtonLink>
        )
      }
    >
      <Loaded query={query}>
        {(scenario) => (
          <>
            <Facts
              facts={[
                ['Owner', scenario.owner],
                ['Stored', <Time key="t" at={scenario.createdAt} />],
                ['Hash', <code key="h">{scenario.hash}</code>],
                [
                  'Jobs',
                  <Link key="j" href={`/jobs?scenario=${encodeURIComponent(scenario.name)}`}>
                    all of this name
                  </Link>,
                ],
              ]}
            />
            <Panel title="Text" flush>
              <pre className={styles['text']} role="region" aria-label="Text" tabIndex={0}>
                {scenario.text}
              </pre>
            </Panel>
          </>
        )}
      </Loaded>
    </Page>
  );
}
