import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useCallback, useMemo, useState } from 'react';
import { Link } from 'wouter';
import { service } from '../app/service.js';
import { may } from '../session/may.js';
import { useWho } from '../session/session.js';
import { plural } from '../ui/format.js';
import { Mark } from '../ui/mark.js';
import { Page } from '../ui/page.js';
import { Panel } from '../ui/panel.js';
import { Failed, Loading } from '../ui/states.js';
import { useFilters } from '../ui/use-filters.js';
import styles from './editor-page.module.css';
import { problemsOf, problemsOfService, type TextProblem } from './editor/problems.js';
import { YamlEditor } from './editor/yaml-editor.js';
import { libraryQuery, scenarioQuery } from './queries.js';
import { SubmitForm } from './submit-form.js';

const names = ['shipped', 'hash'] as const;
/** What an empty editor begins with. */
const template = 'stuck-write';

/** Writes a scenario and submits it. */
export default function EditorPage() {
  const [{ shipped, hash }] = useFilters(names);
  const library = useQuery({ ...libraryQuery, enabled: hash === undefined });
  const stored = useQuery({ ...scenarioQuery(hash ?? ''), enabled: hash !== undefined });
  const wanted = shipped ?? template;
  const text =
    hash === undefined
      ? library.data?.find(({ path }) => path === wanted)?.text
      : stored.data?.text;
  const error = library.error ?? stored.error;
  const isMissing = hash === undefined && library.data !== undefined && text === undefined;
  return (
    <Page title="Scenario editor" above={<Link href="/scenarios">Scenarios</Link>}>
      {text !== undefined ? (
        <Editor key={hash ?? wanted} initial={text} />
      ) : error !== null || isMissing ? (
        <Failed error={error ?? new Error(`There is no scenario ${wanted} in the library.`)} />
      ) : (
        <Loading />
      )}
    </Page>
  );
}

function Editor({ initial }: { initial: string }) {
  const who = useWho();
  const queries = useQueryClient();
  const [text, setText] = useState(initial);
  const [checked, setChecked] = useState<{ text: string; problems: TextProblem[] } | null>(null);
  const check = useCallback(
    async (given: string) => {
      const own = problemsOf(given);
      const problems = own.some(({ severity }) => severity === 'error')
        ? own
        : [...own, ...(await ofService(given))];
      setChecked({ text: given, problems });
      return problems;

      /** Where the service cannot be asked, it refuses at the latest what is submitted. */
      async function ofService(meant: string): Promise<TextProblem[]> {
        try {
          return await queries.query({
            queryKey: ['validate', meant],
            queryFn: () => problemsOfService(service, meant),
            staleTime: Infinity,
            gcTime: 60_000,
            retry: false,
          });
        } catch {
          return [];
        }
      }
    },
    [queries],
  );
  const hooks = useMemo(() => ({ onText: setText, check }), [check]);
  const problems = checked?.problems ?? [];
  const isChecked = checked?.text === text;
  const isValid = isChecked && problems.every(({ severity }) => severity !== 'error');
  return (
    <div className={styles['columns']}>
      <Panel title="Scenario" aside="Ctrl-Space completes; Escape, then Tab leaves" flush>
        <YamlEditor initial={initial} {...hooks} />
        <div className={styles['problems']} role="status">
          {!isChecked ? (
            'Checking…'
          ) : problems.length === 0 ? (
            <>
              <Mark shape="circle" tone="pass" /> The service takes it.
            </>
          ) : (
            <>
              <strong>{plural(problems.length, 'remark')}</strong>
              <ul>
                {problems.slice(0, 20).map(({ line, column, severity, message }, at) => (
                  <li key={at}>
                    <Mark
                      {...(severity === 'error'
                        ? ({ shape: 'square', tone: 'violation' } as const)
                        : ({ shape: 'diamond', tone: 'inconclusive' } as const))}
                    />{' '}
                    <span className={styles['place']}>
                      {line}:{column}
                    </span>{' '}
                    {message}
                  </li>
                ))}
              </ul>
            </>
          )}
        </div>
      </Panel>
      {may(who, 'submit') ? (
        <Panel title="Submit">
          <SubmitForm text={text} isValid={isValid} />
        </Panel>
      ) : (
        <p className={styles['note']}>Your token may read and not submit.</p>
      )}
    </div>
  );
}
