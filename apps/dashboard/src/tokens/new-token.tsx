import { answerOf } from '@fenceline/client';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { Scope } from '../app/api-types.js';
import { service } from '../app/service.js';
import { useWho } from '../session/session.js';
import { Button } from '../ui/button.js';
import { CopyLine } from '../ui/copy-line.js';
import { endOfDay } from '../ui/days.js';
import { CheckField, TextField } from '../ui/field.js';
import { Panel } from '../ui/panel.js';
import { Failed } from '../ui/states.js';
import styles from './new-token.module.css';

const meanings: readonly (readonly [Scope, string])[] = [
  ['read', 'see everything of the project'],
  ['submit', 'submit, cancel and rerun its own'],
  ['operate', 'those of others, priorities, drain workers, judge again'],
  ['admin', 'tokens, enrolment, audit log'],
  ['kernels', 'register and upload kernels'],
  ['build', 'have kernels built'],
];

/** Makes a token, whose secret is shown once. */
export function NewToken() {
  const who = useWho();
  const queries = useQueryClient();
  const [name, setName] = useState('');
  const [owner, setOwner] = useState(who.owner);
  const [until, setUntil] = useState('');
  const [scopes, setScopes] = useState<readonly Scope[]>(['read']);
  const make = useMutation({
    mutationFn: () =>
      answerOf(
        service.POST('/tokens', {
          body: {
            owner: owner.trim(),
            name,
            scopes: [...scopes],
            expiresAt: until === '' ? null : endOfDay(until),
          },
        }),
      ),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['tokens'] }),
  });
  return (
    <Panel title="New token">
      <form
        className={styles['form']}
        onSubmit={(submitted) => {
          submitted.preventDefault();
          make.mutate();
        }}
      >
        <div className={styles['fields']}>
          <TextField
            label="What it is for"
            required
            value={name}
            onChange={({ target }) => setName(target.value)}
          />
          <TextField
            label="Owner"
            required
            value={owner}
            onChange={({ target }) => setOwner(target.value)}
          />
          <TextField
            label="Last day (none: until it is revoked)"
            type="date"
            value={until}
            onChange={({ target }) => setUntil(target.value)}
          />
        </div>
        <fieldset className={styles['scopes']}>
          <legend>What it may do</legend>
          {meanings.map(([scope, meaning]) => (
            <CheckField
              key={scope}
              label={
                <>
                  <strong>{scope}</strong> {meaning}
                </>
              }
              checked={scopes.includes(scope)}
              onChange={({ target }) =>
                setScopes(
                  target.checked ? [...scopes, scope] : scopes.filter((one) => one !== scope),
                )
              }
            />
          ))}
        </fieldset>
        <div>
          <Button type="submit" kind="primary" disabled={make.isPending || scopes.length === 0}>
            Make the token
          </Button>
        </div>
        {make.error !== null && <Failed error={make.error} />}
        {make.data !== undefined && (
          <div role="status">
            <p>It is shown only now:</p>
            <CopyLine label="New token" text={make.data.secret} />
          </div>
        )}
      </form>
    </Panel>
  );
}
