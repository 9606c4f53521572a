import type { ConsoleLine } from '../model.js';

/** What a VM's console said: lines of `<ns> <text>`. */
export interface ConsoleInput {
  vm: string;
  text: string;
}

/** Lines of all consoles in the order of the lab's clock. Lines without a time are left out. */
export function consoleLines(consoles: readonly ConsoleInput[]): ConsoleLine[] {
  const lines: ConsoleLine[] = [];
  for (const { vm, text } of consoles) {
    for (const line of text.split('\n')) {
      const blank = line.indexOf(' ');
      const t = Number(blank < 0 ? line : line.slice(0, blank));
      if (line === '' || !Number.isFinite(t)) continue;
      lines.push({ t, vm, text: blank < 0 ? '' : line.slice(blank + 1).replace(/\r$/, '') });
    }
  }
  return lines.sort((a, b) => a.t - b.t);
}
