import { answerOf } from '@fenceline/client';
import { mostPriority } from '@fenceline/contracts/api';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { JobDetail } from '../app/api-types.js';
import { service } from '../app/service.js';
import { Button } from '../ui/button.js';
import { TextField } from '../ui/field.js';
import styles from './job-priority.module.css';
import { jobQuery } from './queries.js';

/** Sets which of the jobs that wait goes first. */
export function JobPriority({ job }: { job: JobDetail }) {
  const queries = useQueryClient();
  const [priority, setPriority] = useState(String(job.priority));
  const { mutate, isPending, error } = useMutation({
    mutationFn: () =>
      answerOf(
        service.PUT('/jobs/{jobId}/priority', {
          params: { path: { jobId: job.id } },
          body: { priority: Number(priority) },
        }),
      ),
    onSuccess: (changed) => queries.setQueryData(jobQuery(job.id).queryKey, changed),
  });
  return (
    <form
      className={styles['priority']}
      onSubmit={(submitted) => {
        submitted.preventDefault();
        mutate();
      }}
    >
      <TextField
        label="Priority"
        type="number"
        required
        min={-mostPriority}
        max={mostPriority}
        step={1}
        value={priority}
        onChange={({ target }) => setPriority(target.value)}
      />
      <Button type="submit" disabled={isPending || Number(priority) === job.priority}>
        Set
      </Button>
      <span className={styles['hint']}>
        from −{mostPriority} to {mostPriority}; higher goes first, it is now {job.priority}
      </span>
      {error !== null && (
        <span className={styles['error']} role="alert">
          {error.message}
        </span>
      )}
    </form>
  );
}
