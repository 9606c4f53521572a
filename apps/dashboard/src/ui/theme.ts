/** What the reader chose; `system` follows the machine. */
export type Theme = 'system' | 'light' | 'dark';

const key = 'fenceline.theme';
const themes: readonly Theme[] = ['system', 'light', 'dark'];

/** The choice of an earlier visit. A browser that keeps nothing has none. */
export function keptTheme(): Theme {
  try {
    const kept = localStorage.getItem(key);
    return themes.find((theme) => theme === kept) ?? 'system';
  } catch {
    return 'system';
  }
}

export function applyTheme(theme: Theme): void {
  document.documentElement.dataset['theme'] = theme;
}

/** Applies a choice and keeps it for the next visit. */
export function chooseTheme(theme: Theme): void {
  applyTheme(theme);
  try {
    localStorage.setItem(key, theme);
  } catch {
    // Private windows keep nothing: the choice holds for this page.
  }
}
