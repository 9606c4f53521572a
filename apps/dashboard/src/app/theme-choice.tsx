import { useId, useState } from 'react';
import { chooseTheme, keptTheme, type Theme } from '../ui/theme.js';
import styles from './shell.module.css';

export function ThemeChoice() {
  const id = useId();
  const [theme, setTheme] = useState(keptTheme);
  return (
    <div className={styles['theme']}>
      <label htmlFor={id}>Colours</label>
      <select
        id={id}
        value={theme}
        onChange={({ target }) => {
          const chosen = target.value as Theme;
          setTheme(chosen);
          chooseTheme(chosen);
        }}
      >
        <option value="system">system</option>
        <option value="light">light</option>
        <option value="dark">dark</option>
      </select>
    </div>
  );
}
