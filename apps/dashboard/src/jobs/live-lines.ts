import type { LivePart } from '@fenceline/contracts/api';

interface Numbered {
  seq: number;
  part: LivePart;
}

/**
 * What is read as lines, in the order of the lab's time: consoles are told later than steps. What has no time of the lab
 * stays behind what came before it.
 */
export function linesOf(parts: readonly Numbered[]): Numbered[] {
  let latest = 0;
  return parts
    .filter(({ part }) => part.kind !== 'bar' && !isBlank(part))
    .map((line) => {
      const ms = ('ms' in line.part ? line.part.ms : null) ?? latest;
      latest = Math.max(latest, ms);
      return { line, ms };
    })
    .sort((a, b) => a.ms - b.ms)
    .map(({ line }) => line);
}

function isBlank(part: LivePart): boolean {
  return part.kind === 'console' && part.line.trim() === '';
}
