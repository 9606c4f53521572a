/** Colours of the picture, by the names of the custom properties `--tl-NAME` in timeline.css. */
export const themeNames = [
  'ground',
  'band',
  'heading',
  'grid',
  'ink',
  'ink-2',
  'write',
  'read',
  'other',
  'admin',
  'apply',
  'held',
  'open',
  'failed',
  'stale',
  'destroyed',
  'cited',
  'fault',
  'fence',
  'signal',
  'cursor',
] as const;
export type ThemeName = (typeof themeNames)[number];
export type Theme = Readonly<Record<ThemeName, string>>;

/** The colours as they are now, light or dark. A canvas knows no custom properties: a style resolves them. */
export function readTheme(element: HTMLElement): Theme {
  const probe = document.createElement('span');
  probe.hidden = true;
  element.append(probe);
  const theme = Object.fromEntries(
    themeNames.map((name) => {
      probe.style.color = `var(--tl-${name})`;
      return [name, getComputedStyle(probe).color];
    }),
  ) as Record<ThemeName, string>;
  probe.remove();
  return theme;
}
