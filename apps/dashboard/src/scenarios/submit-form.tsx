import { answerOf } from '@fenceline/client';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useLocation } from 'wouter';
import { service } from '../app/service.js';
import { Button } from '../ui/button.js';
import { SelectField, TextField } from '../ui/field.js';
import { plural } from '../ui/format.js';
import { Failed } from '../ui/states.js';
import { emptyForm, jobsOf, newRunOf, type RunForm } from './new-run.js';
import styles from './submit-form.module.css';

const drivers = [
  { value: 'qemu', text: 'virtual machines' },
  { value: 'simulated', text: 'simulated: no kernel runs' },
];

/** Submits the text as a run. */
export function SubmitForm({ text, isValid }: { text: string; isValid: boolean }) {
  const [, navigate] = useLocation();
  const [form, setForm] = useState(emptyForm);
  const kernels = useQuery({
    queryKey: ['kernels', 'names'],
    queryFn: () => answerOf(service.GET('/kernels', { params: { query: { limit: 200 } } })),
  });
  const submit = useMutation({
    mutationFn: () => answerOf(service.POST('/runs', { body: newRunOf(form, text) })),
    onSuccess: ({ id }) => navigate(`/runs/${id}`),
  });
  const field = (name: keyof RunForm) => ({
    value: form[name],
    onChange: ({ target }: { target: HTMLInputElement | HTMLSelectElement }) =>
      setForm({ ...form, [name]: target.value }),
  });
  const known = [...new Set((kernels.data?.items ?? []).map(({ name }) => name))];
  const jobs = jobsOf(form);
  return (
    <form
      className={styles['form']}
      onSubmit={(submitted) => {
        submitted.preventDefault();
        submit.mutate();
      }}
    >
      <SelectField label="Runs on" options={drivers} {...field('driver')} />
      <TextField
        label="Kernels"
        placeholder="as the scenario says"
        hint={known.length === 0 ? undefined : `Registered: ${known.join(', ')}`}
        {...field('kernels')}
      />
      <div className={styles['pair']}>
        <TextField label="First seed" inputMode="numeric" {...field('firstSeed')} />
        <TextField label="Seeds" inputMode="numeric" {...field('seedCount')} />
        <TextField label="Repeats" inputMode="numeric" {...field('repeats')} />
        <TextField label="Priority" inputMode="numeric" {...field('priority')} />
      </div>
      <TextField label="Labels" placeholder="nightly" {...field('labels')} />
      <TextField label="Name of the run" placeholder="that of the scenario" {...field('name')} />
      <Button type="submit" kind="primary" disabled={!isValid || submit.isPending}>
        {submit.isPending
          ? 'Submitting…'
          : Number.isFinite(jobs)
            ? `Submit ${plural(jobs, 'job')}`
            : 'Submit'}
      </Button>
      {!isValid && <p className={styles['note']}>Mend what is marked in the text first.</p>}
      {submit.error !== null && <Failed error={submit.error} />}
    </form>
  );
}
