import type { ConsoleLine } from '@fenceline/history';
import { atNs, counted } from '../words.js';
import { html, type Html } from './escape.js';

/** As much of the consoles as a page carries; their ends say most. */
const mostCharacters = 120_000;
const mostLines = 1_500;

/**
 * The consoles as one list in the order of time; of long ones their ends. The picture draws its strokes from
 * this list, and the two share a cursor.
 */
export function consolesSection(lines: readonly ConsoleLine[]): Html | null {
  const byVm = new Map<string, ConsoleLine[]>();
  for (const line of lines) {
    if (line.text.trim() === '') continue;
    const own = byVm.get(line.vm);
    if (own) own.push(line);
    else byVm.set(line.vm, [line]);
  }
  if (byVm.size === 0) return null;
  const vms = [...byVm].map(([vm, own]) => {
    const kept = lastOf(own, mostCharacters / byVm.size, Math.floor(mostLines / byVm.size));
    return { vm, kept, left: own.length - kept.length };
  });
  const kept = vms.flatMap((vm) => vm.kept).sort((a, b) => a.t - b.t);
  return html`<div class="consoles">
    <div class="tools">
      <h3>Consoles</h3>
      ${vms.map(
        (vm) =>
          html`<label
            ><input type="checkbox" checked data-console="${vm.vm}" />${vm.vm}
            <span class="muted">${counted(vm.kept.length, 'line')}</span></label
          >`,
      )}
    </div>
    <ol
      id="console-lines"
      tabindex="0"
      role="listbox"
      aria-label="Lines of the consoles in the order of time. Up and down move the cursor of the timeline."
    >
      ${kept.map(
        ({ t, vm, text }, i) =>
          html`<li
            role="option"
            aria-selected="false"
            id="line-${i}"
            data-line="${i}"
            data-t="${Math.round(t / 1000)}"
            data-vm="${vm}"
          >
            <span class="number muted">${atNs(t)}</span><b>${vm}</b><span>${text}</span>
          </li>`,
      )}
    </ol>
    ${vms.map(
      ({ vm, left }) =>
        left > 0 &&
        html`<p class="muted note">
          ${counted(left, 'earlier line')} of ${vm} ${left === 1 ? 'is' : 'are'} in
          consoles/${vm}.log.
        </p>`,
    )}
  </div>`;
}

function lastOf(lines: readonly ConsoleLine[], characters: number, most: number): ConsoleLine[] {
  let size = 0;
  let i = lines.length;
  while (i > 0 && lines.length - i < most) {
    size += lines[i - 1]!.text.length;
    if (size > characters) break;
    i -= 1;
  }
  return lines.slice(i);
}
