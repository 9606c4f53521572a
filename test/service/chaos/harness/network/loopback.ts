import type { WorkerLine } from '../worker-line.js';
import type { Place, Places } from './place.js';

/** On this machine's own loopback: the line breaks connections at once, and refuses new ones. */
class LoopbackPlace implements Place {
  readonly address = '127.0.0.1';
  readonly prefix = [];
  line: WorkerLine | null = null;

  cut(): void {
    this.line?.cut();
  }

  mend(): void {
    this.line?.mend();
  }
}

/** @param why there is nothing better */
export function loopback(count: number, why: string): Places {
  return {
    list: Array.from({ length: count }, () => new LoopbackPlace()),
    kind: `loopback; a cut breaks connections and refuses new ones (no network namespaces: ${why})`,
    remove: () => undefined,
    left: () => [],
  };
}
