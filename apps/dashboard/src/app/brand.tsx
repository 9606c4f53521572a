import styles from './brand.module.css';

export function Brand() {
  return (
    <span className={styles['brand']}>
      <svg viewBox="0 0 32 32" aria-hidden="true">
        <path d="M3 10h26M3 20h26" stroke="currentColor" strokeWidth="2" opacity=".45" />
        <path
          d="M7 4v24M16 4v24M25 4v24"
          stroke="currentColor"
          strokeWidth="3.4"
          strokeLinecap="round"
        />
      </svg>
      Fenceline
    </span>
  );
}
