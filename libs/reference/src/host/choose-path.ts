import type { IoPolicy } from '@fenceline/contracts';
import type { Path } from './path.js';

/** Chooses the path of the next command. It remembers what it chose last. */
export type PathChooser = (usable: readonly Path[]) => Path | undefined;

/** How the paths that are equally good are used; `usable` is always in the order of the settings. */
export function pathChooser(policy: IoPolicy): PathChooser {
  switch (policy) {
    case 'numa':
      return nearest();
    case 'round-robin':
      return inTurn();
    case 'queue-depth':
      return (usable) => leastBusy(usable);
  }
}

/** All are equally near here: one path as long as it is usable. */
function nearest(): PathChooser {
  let current: Path | undefined;
  return (usable) => {
    if (current === undefined || !usable.includes(current)) current = usable[0];
    return current;
  };
}

function inTurn(): PathChooser {
  let last: Path | undefined;
  return (usable) => {
    const at = last === undefined ? -1 : usable.indexOf(last);
    last = usable[(at + 1) % usable.length];
    return last;
  };
}

function leastBusy(usable: readonly Path[]): Path | undefined {
  return usable.reduce<Path | undefined>(
    (best, it) => (best === undefined || it.inFlight < best.inFlight ? it : best),
    undefined,
  );
}
