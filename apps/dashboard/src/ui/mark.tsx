import type { ReactNode } from 'react';
import { classes } from './classes.js';
import styles from './mark.module.css';
import type { Look, Shape } from './outcome.js';

/** The shape of a verdict or state, without words: those stand beside it. */
export function Mark({ shape, tone }: Pick<Look, 'shape' | 'tone'>) {
  return (
    <svg className={classes(styles['mark'], styles[tone])} viewBox="0 0 12 12" aria-hidden="true">
      {drawings[shape]}
    </svg>
  );
}

/** The shape with its word, or with what is given in its place. */
export function MarkLabel({ look, children }: { look: Look; children?: ReactNode }) {
  return (
    <span className={classes(styles['label'], styles[look.tone])}>
      <Mark {...look} />
      <span>{children ?? look.word}</span>
    </span>
  );
}

const line = { fill: 'none', stroke: 'currentColor', strokeWidth: 1.6 } as const;

const drawings: Readonly<Record<Shape, ReactNode>> = {
  circle: <circle cx="6" cy="6" r="5" fill="currentColor" />,
  triangle: <path d="M6 .6 11.6 11H.4z" fill="currentColor" />,
  diamond: <path d="M6 .2 11.8 6 6 11.8.2 6z" fill="currentColor" />,
  square: <path d="M1 1h10v10H1z" fill="currentColor" />,
  clock: (
    <>
      <path d="M1.2 1.2h9.6v9.6H1.2z" {...line} />
      <path d="M6 3v3.4l2 1.4" {...line} strokeWidth={1.3} />
    </>
  ),
  barred: (
    <>
      <circle cx="6" cy="6" r="4.8" {...line} />
      <path d="m2.8 9.2 6.4-6.4" {...line} />
    </>
  ),
  dashed: <circle cx="6" cy="6" r="4.8" {...line} strokeDasharray="2 1.8" />,
  ring: <circle cx="6" cy="6" r="4.8" {...line} />,
  half: (
    <>
      <circle cx="6" cy="6" r="4.8" {...line} />
      <path d="M6 1.2a4.8 4.8 0 0 1 0 9.6z" fill="currentColor" />
    </>
  ),
};
