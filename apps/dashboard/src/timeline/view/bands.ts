import type { TimelineHeader } from '@fenceline/report/timeline';

/**
 * What lies one below the other in the picture: a host with its console, each of its paths, the queues of a path, each array
 * node with its console and with what it applied, and the medium, where all of that meets.
 */
export interface Band {
  kind: 'host' | 'path' | 'queue' | 'node' | 'applies' | 'medium';
  label: string;
  /** Position in the header's lanes, of a queue and of applies. */
  lane: number | null;
  /** Whose console is here, by its position in the header's consoles. */
  vm: number | null;
  /** Lanes that a fault or a fence of this band touches: all queues of a path. */
  lanes: readonly number[];
  top: number;
  height: number;
  /** Upper edge of the first row of items. */
  items: number;
  rowHeight: number;
  /** Middle of the marks of what was said about resets; null where there are none. */
  signals: number | null;
}

export interface Bands {
  list: readonly Band[];
  /** By lane. */
  ofLane: readonly Band[];
  height: number;
}

const headings = { host: 22, path: 18, node: 22 } as const;

/** Lays out the bands of a timeline, in px from the top of the picture. */
export function bandsOf({ lanes, signals, consoles }: TimelineHeader): Bands {
  const list: Band[] = [];
  const ofLane: Band[] = [];
  const withSignals = new Set(signals.map(({ lane }) => lane));
  let top = 0;
  const add = (band: Pick<Band, 'kind' | 'label'> & Partial<Band>, height: number): Band => {
    const placed: Band = {
      ...{ lane: null, vm: null, lanes: [], items: top, rowHeight: 0, signals: null },
      ...band,
      ...{ top, height },
    };
    list.push(placed);
    top += height;
    return placed;
  };
  const heading = (kind: keyof typeof headings, label: string, of: readonly number[]): void => {
    const vm = consoles.vms.indexOf(label);
    if (kind === 'host' && top > 0) top += 6;
    add({ kind, label, lanes: of, vm: kind === 'path' || vm < 0 ? null : vm }, headings[kind]);
  };
  const lane = (kind: 'queue' | 'applies', label: string, index: number): void => {
    const { rows } = lanes[index]!;
    const rowHeight = rows <= 4 ? 10 : rows <= 10 ? 8 : 6;
    const marks = withSignals.has(index) ? 18 : 0;
    const height = Math.max(20, rows * rowHeight + 6) + marks;
    const items = top + marks + Math.max(3, (height - marks - rows * rowHeight) / 2);
    const band = { kind, label, lane: index, lanes: [index], items, rowHeight };
    ofLane[index] = add({ ...band, signals: marks > 0 ? top + 10 : null }, height);
  };
  const queues = lanes.flatMap(({ kind }, i) => (kind === 'queue' ? [i] : []));
  const nodes = lanes.flatMap(({ kind }, i) => (kind === 'node' ? [i] : []));
  let host: string | null = null;
  let group: string | null = null;
  for (const i of queues) {
    const { host: ofHost, link, node, group: ofGroup, name } = lanes[i]!;
    if (ofHost !== null && ofHost !== host) heading('host', ofHost, []);
    if (ofGroup !== group) {
      const all = queues.filter((other) => lanes[other]!.group === ofGroup);
      heading('path', `path ${link ?? ''} → ${node}`, all);
    }
    [host, group] = [ofHost, ofGroup];
    lane('queue', name, i);
  }
  top += 6;
  for (const i of nodes) {
    heading('node', lanes[i]!.node, [i]);
    lane('applies', 'received until applied', i);
  }
  add({ kind: 'medium', label: 'medium', lanes: nodes, items: top + 13, rowHeight: 16 }, 42);
  return { list, ofLane, height: top };
}

/** The band at a height, or null between two. */
export function bandAt({ list }: Bands, y: number): Band | null {
  return list.find(({ top, height }) => y >= top && y < top + height) ?? null;
}
