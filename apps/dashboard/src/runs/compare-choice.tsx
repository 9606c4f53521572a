import { answerOf } from '@fenceline/client';
import { useQuery } from '@tanstack/react-query';
import { useId } from 'react';
import { service } from '../app/service.js';
import { exactInstant } from '../ui/instant.js';
import styles from './compare-choice.module.css';

interface CompareChoiceProps {
  runId: string;
  value: string;
  onValue: (runId: string) => void;
}

/** Which run the cells are compared with. */
export function CompareChoice({ runId, value, onValue }: CompareChoiceProps) {
  const id = useId();
  const { data } = useQuery({
    queryKey: ['runs', 'to-compare'],
    queryFn: () => answerOf(service.GET('/runs', { params: { query: { limit: 100 } } })),
  });
  const runs = (data?.items ?? []).filter((run) => run.id !== runId);
  // One that an address names may be older than those that are offered.
  const isListed = value === '' || runs.some((run) => run.id === value);
  return (
    <span className={styles['choice']}>
      <label htmlFor={id}>Compare with</label>
      <select id={id} value={value} onChange={({ target }) => onValue(target.value)}>
        <option value="">nothing</option>
        {!isListed && <option value={value}>{value}</option>}
        {runs.map((run) => (
          <option key={run.id} value={run.id}>
            {run.name}, {exactInstant(new Date(run.createdAt)).slice(0, 16)}
          </option>
        ))}
      </select>
    </span>
  );
}
