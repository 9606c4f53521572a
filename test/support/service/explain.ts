import type pg from 'pg';

/** What Postgres says of a statement that it has run. */
export interface Explained {
  /** Tables that were read from end to end. */
  sequentialScans: string[];
  /** Pages of 8 KiB that were touched, in memory or not. */
  buffers: number;
  rows: number;
  /** The plan, for messages. */
  plan: string;
}

interface Node {
  'Node Type': string;
  'Relation Name'?: string;
  'Actual Rows': number;
  'Shared Hit Blocks': number;
  'Shared Read Blocks': number;
  Plans?: Node[];
}

/** Runs a statement under `EXPLAIN (ANALYZE, BUFFERS)`. */
export async function explain(
  client: pg.Client,
  { text, values }: { text: string; values: unknown[] },
): Promise<Explained> {
  const { rows } = await client.query<{ 'QUERY PLAN': [{ Plan: Node }] }>(
    `EXPLAIN (ANALYZE, BUFFERS, TIMING OFF, FORMAT JSON) ${text}`,
    values,
  );
  const top = rows[0]!['QUERY PLAN'][0].Plan;
  const scans = nodesOf(top).filter((node) => node['Node Type'].endsWith('Seq Scan'));
  return {
    sequentialScans: scans.map((node) => node['Relation Name'] ?? '?'),
    // A node's numbers have those of the nodes below it in them.
    buffers: top['Shared Hit Blocks'] + top['Shared Read Blocks'],
    rows: top['Actual Rows'],
    plan: JSON.stringify(top, null, 1),
  };
}

function nodesOf(node: Node): Node[] {
  return [node, ...(node.Plans ?? []).flatMap(nodesOf)];
}
