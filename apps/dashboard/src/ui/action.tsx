import { useMutation } from '@tanstack/react-query';
import { Button } from './button.js';
import styles from './action.module.css';
import { useId, useRef, type ReactNode } from 'react';

interface ActionProps<Result> {
  /** What the button says. */
  label: string;
  kind?: 'plain' | 'primary' | 'danger';
  small?: boolean;
  /** Asked before it is done; nothing is asked without it. */
  question?: ReactNode;
  act: () => Promise<Result>;
  onDone?: (result: Result) => void;
}

/** A button that changes something: asks first where it matters, and says what went wrong. */
export function Action<Result>({ label, kind, small, question, act, onDone }: ActionProps<Result>) {
  const dialog = useRef<HTMLDialogElement>(null);
  const title = useId();
  const { mutate, isPending, error } = useMutation({
    mutationFn: act,
    onSuccess: (result) => onDone?.(result),
  });
  const begin = () => {
    if (question === undefined) mutate();
    else dialog.current?.showModal();
  };
  return (
    <div className={styles['action']}>
      <Button kind={kind ?? 'plain'} small={small ?? false} disabled={isPending} onClick={begin}>
        {isPending ? `${label}…` : label}
      </Button>
      {error !== null && (
        <span className={styles['error']} role="alert">
          {error.message}
        </span>
      )}
      {question !== undefined && (
        <dialog ref={dialog} className={styles['dialog']} aria-labelledby={title}>
          <form method="dialog" className={styles['form']}>
            <div id={title}>{question}</div>
            <div className={styles['answers']}>
              <Button type="submit">Leave it</Button>
              <Button
                type="submit"
                kind={kind === 'danger' ? 'danger' : 'primary'}
                onClick={() => mutate()}
              >
                {label}
              </Button>
            </div>
          </form>
        </dialog>
      )}
    </div>
  );
}
