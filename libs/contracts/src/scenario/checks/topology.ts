import type { Draft, Findings } from '../draft.js';
import { isRecord } from '../is-record.js';
import { scenarioLimits } from '../limits.js';
import { formatSize } from '../units.js';
import { checkReference } from './references.js';

/** Nodes, hosts and links fit together: names, controller IDs, ports, cables. */
export function checkTopology(draft: Draft, findings: Findings): void {
  checkNames(draft, findings);
  checkNamespace(draft, findings);
  checkControllerIds(draft, findings);
  checkLinks(draft, findings);
  checkInterNodeLinks(draft, findings);
  checkKeepAlive(draft, findings);
  checkCcr(draft, findings);
}

/** A CCR that is refused begins no operation. */
function checkCcr(draft: Draft, findings: Findings): void {
  for (const { path, raw } of draft.nodes.values()) {
    const ccr = isRecord(raw) ? raw.ccr : undefined;
    if (!isRecord(ccr) || ccr.fail !== true || ccr.refuse === undefined) continue;
    findings.problem({
      path: [...path, 'ccr', 'refuse'],
      message: 'excludes `fail: true`: a CCR that is refused begins no operation that could fail',
      mend: 'Leave `refuse` out, so that the operation ends as failed, or leave `fail` out, so that none begins.',
    });
  }
}

function checkNames(draft: Draft, findings: Findings): void {
  for (const [name, host] of draft.hosts) {
    if (draft.nodes.has(name)) {
      findings.problem({
        path: host.path,
        message: `\`${name}\` is the name of a node too`,
        mend: 'Give each VM a name of its own.',
        atName: true,
      });
    }
  }
}

function checkNamespace(draft: Draft, findings: Findings): void {
  draft.subsystem.value?.namespaces.forEach((namespace, index) => {
    if (namespace.size % namespace.blockSize !== 0) {
      const whole = Math.ceil(namespace.size / namespace.blockSize) * namespace.blockSize;
      findings.problem({
        path: [...draft.subsystem.path, 'namespaces', index, 'size'],
        message: `${formatSize(namespace.size)} is not a whole number of blocks of ${namespace.blockSize} bytes`,
        mend: `Write \`${formatSize(whole)}\`.`,
      });
    }
  });
}

function checkControllerIds(draft: Draft, findings: Findings): void {
  const taken: { node: string; first: number; last: number }[] = [];
  for (const [node, { raw }] of draft.nodes) {
    const [first, last] = cntlidOf(raw);
    if (first !== undefined && last !== undefined) taken.push({ node, first, last });
    if (first !== undefined && first === last) {
      findings.problem({
        path: ['array', 'nodes', node, 'cntlid'],
        message: 'holds a single controller ID, and nvmet takes no range of one',
        mend: `Write two numbers that differ, such as \`[${first}, ${Math.max(first + 1, 99)}]\`.`,
      });
    }
  }
  taken.forEach(({ node, first, last }, index) => {
    const other = taken
      .slice(0, index)
      .find((earlier) => first <= earlier.last && last >= earlier.first);
    if (other !== undefined) {
      findings.problem({
        path: ['array', 'nodes', node, 'cntlid'],
        message: `the controller IDs ${first} to ${last} overlap those of node ${other.node}, ${other.first} to ${other.last}`,
        mend: `To the host the nodes are one array: write a free range, such as \`${freeRange(taken)}\`.`,
      });
    }
  });
  if (draft.nodes.size < 2) return;
  for (const [node, { path, raw }] of draft.nodes) {
    if (!isRecord(raw) || raw.cntlid !== undefined) continue;
    const range = freeRange(taken);
    const [first = 0, last = 0] = range.match(/[0-9]+/g)?.map(Number) ?? [];
    taken.push({ node, first, last });
    findings.problem({
      path: [...path, 'cntlid'],
      message: 'is missing, and the array has several nodes',
      mend: `Give each node its own controller IDs: add \`cntlid: ${range}\`.`,
    });
  }
}

/** Also of a node that is wrong otherwise; nothing where the range is not two numbers in order. */
function cntlidOf(node: unknown): number[] {
  const range: unknown[] = isRecord(node) && Array.isArray(node.cntlid) ? node.cntlid : [];
  const numbers = range.filter((one) => typeof one === 'number');
  return numbers.length === 2 && numbers[0]! <= numbers[1]! ? numbers : [];
}

/** A hundred controller IDs above all that are taken, or what is left. */
function freeRange(taken: readonly { last: number }[]): string {
  const first = Math.max(0, ...taken.map(({ last }) => last)) + 1;
  if (first > scenarioLimits.cntlidMax) return '[1, 99]';
  return `[${first}, ${Math.min(first === 1 ? 99 : first + 99, scenarioLimits.cntlidMax)}]`;
}

function checkLinks(draft: Draft, findings: Findings): void {
  const hosts = { noun: 'host', names: [...draft.hosts.keys()] } as const;
  const nodes = { noun: 'node', names: [...draft.nodes.keys()] } as const;
  const linkAtPort = new Map<string, string>();
  for (const [name, { path, value: link }] of draft.links) {
    if (link?.kind !== 'path') continue;
    checkReference(link.host, hosts, [...path, 'host'], findings);
    if (!checkReference(link.node, nodes, [...path, 'node'], findings)) continue;
    const ports = draft.nodes.get(link.node)?.value?.ports;
    if (ports !== undefined && link.port > ports) {
      findings.problem({
        path: [...path, 'port'],
        message: `node ${link.node} has no port ${link.port}`,
        mend:
          ports === 1
            ? `It has one port: write \`port: 1\`, or \`ports: ${link.port}\` at the node.`
            : `Its ports are 1 to ${ports}: write one of them, or \`ports: ${link.port}\` at the node.`,
      });
      continue;
    }
    const port = `${link.node} ${link.port}`;
    const other = linkAtPort.get(port);
    if (other === undefined) linkAtPort.set(port, name);
    else {
      findings.problem({
        path,
        message: `port ${link.port} of node ${link.node} is taken by link ${other} already`,
        mend: `One cable fits into a port: name another port, or raise \`ports\` of node ${link.node}.`,
        atName: true,
      });
    }
  }
  reportUnlinked(draft, findings);
}

/** A cable between nodes joins two reference nodes, each pair once. */
function checkInterNodeLinks(draft: Draft, findings: Findings): void {
  const nodes = { noun: 'node', names: [...draft.nodes.keys()] } as const;
  const joined = new Map<string, string>();
  for (const [name, { path, value: link }] of draft.links) {
    if (link?.kind !== 'inter-node') continue;
    const at = [...path, 'nodes'];
    const known = link.nodes.map((node, index) =>
      checkReference(node, nodes, [...at, index], findings),
    );
    if (known.includes(false)) continue;
    link.nodes.forEach((node, index) => {
      if (draft.nodes.get(node)?.value?.kind !== 'linux') return;
      findings.problem({
        path: [...at, index],
        message: `node ${node} is of the kind \`linux\`, which relays nothing to other nodes`,
        mend: 'Write `kind: reference` at the node, or remove the link.',
      });
    });
    if (link.nodes[0] === link.nodes[1]) {
      findings.problem({
        path: at,
        message: `joins node ${link.nodes[0]} with itself`,
        mend: 'Write two different nodes.',
      });
      continue;
    }
    const pair = link.nodes.toSorted().join(' ');
    const other = joined.get(pair);
    if (other === undefined) joined.set(pair, name);
    else {
      findings.problem({
        path,
        message: `nodes ${link.nodes.join(' and ')} are joined by link ${other} already`,
        mend: 'Remove one of the two: there is one cable between two nodes.',
        atName: true,
      });
    }
  }
}

function reportUnlinked(draft: Draft, findings: Findings): void {
  const links = [...draft.links.values()];
  // A link that could not be read may be the one that is looked for.
  if (links.length === 0 || links.some((link) => link.value === undefined)) return;
  for (const [name, { path }] of draft.hosts) {
    if (links.some(({ value }) => value?.kind === 'path' && value.host === name)) continue;
    findings.problem({
      path,
      message: 'the host has no link',
      mend: `Add one: \`links: { NAME: { host: ${name}, node: … } }\`.`,
      atName: true,
    });
  }
  for (const [name, { path }] of draft.nodes) {
    if (links.some(({ value }) => value?.kind === 'path' && value.node === name)) continue;
    findings.warning({
      path,
      message: 'the node has no link: no host can reach it',
      mend: `Add one, or remove the node.`,
      atName: true,
    });
  }
}

function checkKeepAlive(draft: Draft, findings: Findings): void {
  for (const { path, value } of draft.hosts.values()) {
    if (value === undefined || value.keepAlive >= 5_000) continue;
    findings.warning({
      path: [...path, 'keepAlive'],
      message:
        'is below 5s: Linux 6.1 waits for a second time-out and may pass no-early-retry by accident',
      mend: 'Write `5s` or more where that rule matters.',
    });
  }
}
