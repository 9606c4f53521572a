import type { Association, Connection, History } from '@fenceline/history';
import { bigint, integer, table, text, type Table } from '../table.js';

interface Row {
  association: Association;
  connection: Connection;
}

/** One row a TCP connection: the queues of each association. */
export function connectionsTable({ associations }: History): Table {
  return table<Row>('connections', connectionsOf(associations), {
    connection: integer(({ connection }) => connection.id),
    association: integer(({ association }) => association.id),
    link: text(({ connection }) => connection.link),
    qid: integer(({ connection }) => connection.qid),
    host_socket: text(({ connection }) => connection.hostSocket),
    node_socket: text(({ connection }) => connection.nodeSocket),
    opened_ns: bigint(({ connection }) => connection.openedAt),
    host_closed_ns: bigint(({ connection }) => connection.hostClosedAt),
    node_closed_ns: bigint(({ connection }) => connection.nodeClosedAt),
    last_new_host_bytes_ns: bigint(({ connection }) => connection.lastNewHostBytesAt),
  });
}

function* connectionsOf(associations: readonly Association[]): Iterable<Row> {
  for (const association of associations) {
    for (const connection of association.connections) yield { association, connection };
  }
}
