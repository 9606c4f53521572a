import { useState } from 'react';
import { Button } from './button.js';
import styles from './copy-line.module.css';

/** A command line to copy. */
export function CopyLine({ label, text }: { label: string; text: string }) {
  const [state, setState] = useState<'ready' | 'copied' | 'failed'>('ready');
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      setState('copied');
    } catch {
      setState('failed');
    }
  };
  return (
    <div className={styles['copy']}>
      <input
        className={styles['text']}
        readOnly
        aria-label={label}
        value={text}
        onFocus={({ target }) => target.select()}
      />
      <Button small onClick={() => void copy()} aria-label={`Copy: ${label}`}>
        {{ ready: 'Copy', copied: 'Copied', failed: 'Select and copy it' }[state]}
      </Button>
      <span className="visually-hidden" role="status">
        {state === 'copied' ? 'Copied.' : ''}
      </span>
    </div>
  );
}
