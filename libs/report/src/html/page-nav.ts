import { html, type Html } from './escape.js';

/** Links to the sections of the page that are there. */
export function pageNav(withPicture: boolean, withDamage: boolean): Html {
  const sections: readonly [id: string, name: string, there: boolean][] = [
    ['findings', 'Findings', true],
    ['timeline', 'Timeline', withPicture],
    ['margins', 'Margins', true],
    ['damage', 'Data read', withDamage],
    ['exercised', 'Exercised', true],
    ['rules', 'Rules', true],
    ['happenings', 'What happened', withPicture],
    ['configuration', 'Configuration', true],
  ];
  return html`<nav aria-label="Sections of this page">
    ${sections.map(([id, name, there]) => there && html`<a href="#${id}">${name}</a>`)}
  </nav>`;
}
