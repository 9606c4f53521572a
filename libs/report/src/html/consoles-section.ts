import type { ConsoleLine } from '@fenceline/history';
import { atNs, counted, grouped } from '../words.js';
import { html, type Html } from './escape.js';

/** As much of a console as a page carries; its end says most. */
const mostCharacters = 120_000;

/** The consoles, folded; where one is long, its end. */
export function consolesSection(lines: readonly ConsoleLine[]): Html | null {
  const byVm = new Map<string, ConsoleLine[]>();
  for (const line of lines) {
    const own = byVm.get(line.vm);
    if (own) own.push(line);
    else byVm.set(line.vm, [line]);
  }
  if (byVm.size === 0) return null;
  return html`<section>
    <h2>Consoles</h2>
    ${[...byVm].map(([vm, own]) => {
      const { text, left } = lastOf(own, mostCharacters / byVm.size);
      return html`<details>
        <summary>${vm} <span class="muted">${counted(own.length, 'line')}</span></summary>
        ${
          left > 0 &&
          html`<p class="muted">${grouped(left)} earlier lines are in consoles/${vm}.log.</p>`
        }
        <pre tabindex="0">${text}</pre>
      </details>`;
    })}
  </section>`;
}

function lastOf(lines: readonly ConsoleLine[], most: number): { text: string; left: number } {
  const kept: string[] = [];
  let size = 0;
  let i = lines.length;
  for (; i > 0; i--) {
    const line = lines[i - 1]!;
    const text = `${atNs(line.t).padStart(12)}  ${line.text}`;
    size += text.length + 1;
    if (size > most) break;
    kept.push(text);
  }
  return { text: kept.reverse().join('\n'), left: i };
}
