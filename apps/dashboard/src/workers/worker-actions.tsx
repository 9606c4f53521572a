import { answerOf } from '@fenceline/client';
import { useQueryClient } from '@tanstack/react-query';
import type { Worker } from '../app/api-types.js';
import { service } from '../app/service.js';
import { may } from '../session/may.js';
import { useWho } from '../session/session.js';
import { Action } from '../ui/action.js';
import styles from './worker-actions.module.css';

/** What may be done with a worker by who is signed in. */
export function WorkerActions({ worker }: { worker: Worker }) {
  const who = useWho();
  const queries = useQueryClient();
  const params = { path: { workerId: worker.id } };
  const refresh = () => {
    void queries.invalidateQueries({ queryKey: ['workers'] });
    void queries.invalidateQueries({ queryKey: ['worker', worker.id] });
  };
  // That is for good.
  if (worker.revokedAt !== null) return null;
  const mayEnable = may(who, worker.state === 'disabled' ? 'admin' : 'operate');
  return (
    <div className={styles['actions']}>
      {worker.state === 'enabled' && may(who, 'operate') && (
        <Action
          small
          label="Drain"
          question={`Give ${worker.name} nothing more? What it runs goes on to its end.`}
          act={() => answerOf(service.POST('/workers/{workerId}/drain', { params }))}
          onDone={refresh}
        />
      )}
      {worker.state !== 'enabled' && mayEnable && (
        <Action
          small
          label="Enable"
          act={() => answerOf(service.POST('/workers/{workerId}/enable', { params }))}
          onDone={refresh}
        />
      )}
      {worker.state !== 'disabled' && may(who, 'admin') && (
        <Action
          small
          kind="danger"
          label="Disable"
          question={`Disable ${worker.name} until an administrator enables it again?`}
          act={() => answerOf(service.POST('/workers/{workerId}/disable', { params }))}
          onDone={refresh}
        />
      )}
      {may(who, 'admin') && (
        <Action
          small
          kind="danger"
          label="Revoke"
          question={`Revoke ${worker.name} for good? It is refused from now on, and what it runs is placed elsewhere.`}
          act={() => answerOf(service.POST('/workers/{workerId}/revoke', { params }))}
          onDone={refresh}
        />
      )}
    </div>
  );
}
