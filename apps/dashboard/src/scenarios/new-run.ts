import type { components } from '@fenceline/client';

type NewRun = components['schemas']['NewRun'];

/** What the form beside the editor has, as it is typed. */
export interface RunForm {
  name: string;
  /** With commas or spaces between them; none: as the scenario says. */
  kernels: string;
  firstSeed: string;
  seedCount: string;
  repeats: string;
  driver: 'qemu' | 'simulated';
  labels: string;
  priority: string;
}

export const emptyForm: RunForm = {
  name: '',
  kernels: '',
  firstSeed: '1',
  seedCount: '1',
  repeats: '1',
  driver: 'qemu',
  labels: '',
  priority: '0',
};

/** The request of a form. Numbers that are none are left to the service to refuse. */
export function newRunOf(form: RunForm, text: string): NewRun {
  return {
    scenarios: [{ text }],
    ...(form.name.trim() !== '' && { name: form.name.trim() }),
    kernels: wordsOf(form.kernels),
    seeds: { from: Number(form.firstSeed), count: Number(form.seedCount) },
    repeats: Number(form.repeats),
    driver: form.driver,
    labels: wordsOf(form.labels),
    priority: Number(form.priority),
  };
}

/** How many jobs it makes. */
export function jobsOf(form: RunForm): number {
  const count = Number(form.seedCount) * Number(form.repeats);
  return Math.max(wordsOf(form.kernels).length, 1) * count;
}

function wordsOf(text: string): string[] {
  return [...new Set(text.split(/[\s,]+/).filter((word) => word !== ''))];
}
