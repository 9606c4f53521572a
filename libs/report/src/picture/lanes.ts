import type { Plan } from '@fenceline/contracts';
import type { History } from '@fenceline/history';
import type { LaneOf } from './items.js';
import type { Lane } from './picture.js';

/**
 * A lane for each queue that a path was seen to have, the admin queue first, then one for each array node
 * at the medium. A path on which nothing was sent has its admin queue's lane all the same.
 */
export function lanesOf(
  history: History,
  plan: Plan,
): { lanes: Lane[]; laneOf: LaneOf; lanesOfPath: (host: string, link: string) => number[] } {
  const paths = history.associations.map(({ host, link }) => pathKey(host, link));
  const seen = new Map<string, Set<number>>();
  for (const { association, qid } of history.commands) {
    const path = paths[association];
    if (path === undefined) continue;
    const queues = seen.get(path);
    if (queues) queues.add(qid);
    else seen.set(path, new Set([qid]));
  }
  const lanes: Lane[] = [];
  const byPath = new Map<string, Map<number, number>>();
  for (const { host, name, node } of plan.links) {
    const path = pathKey(host, name);
    const own = new Map<number, number>();
    for (const qid of [...new Set([0, ...(seen.get(path) ?? [])])].sort((a, b) => a - b)) {
      own.set(qid, lanes.length);
      lanes.push({
        kind: 'queue',
        group: `${host} over ${name} to ${node}`,
        name: qid === 0 ? 'admin queue' : `I/O queue ${qid}`,
        host,
        link: name,
        node,
      });
    }
    byPath.set(path, own);
  }
  const byNode = new Map<string, number>();
  for (const { name } of plan.nodes) {
    byNode.set(name, lanes.length);
    lanes.push({
      kind: 'node',
      group: 'medium',
      name: `through ${name}`,
      host: null,
      link: null,
      node: name,
    });
  }
  return {
    lanes,
    laneOf: {
      queue: (association, qid) => byPath.get(paths[association] ?? '')?.get(qid) ?? -1,
      node: (name) => byNode.get(name) ?? -1,
    },
    lanesOfPath: (host, link) => [...(byPath.get(pathKey(host, link))?.values() ?? [])],
  };
}

/** Names of hosts and links have no slash (they are checked by the scenario's schema). */
const pathKey = (host: string, link: string): string => `${host}/${link}`;
