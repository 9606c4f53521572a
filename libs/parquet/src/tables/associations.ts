import type { History } from '@fenceline/history';
import { bigint, integer, table, text, truth, unsigned64, type Table } from '../table.js';

/** One row an association, in the order of their admin Connects. */
export function associationsTable({ associations }: History): Table {
  return table('associations', associations, {
    association: integer((it) => it.id),
    label: text((it) => it.label),
    host: text((it) => it.host),
    host_nqn: text((it) => it.hostNqn),
    subsystem_nqn: text((it) => it.subsystemNqn),
    link: text((it) => it.link),
    node: text((it) => it.node),
    cntlid: integer((it) => it.cntlid),
    connected_ns: bigint((it) => it.connectedAt),
    identified_ns: bigint((it) => it.identifiedAt),
    kato_ms: bigint((it) => it.katoMs),
    tbkas: truth((it) => it.tbkas),
    cqt_ms: bigint((it) => it.cqtMs),
    ciu: integer((it) => it.ciu),
    cirn: unsigned64((it) => it.cirn),
    ccrl: integer((it) => it.ccrl),
    last_new_host_bytes_ns: bigint((it) => it.lastNewHostBytesAt),
    last_complete_ns: bigint((it) => it.lastCompleteAt),
    give_up_ns: bigint((it) => it.giveUpAt),
    give_up_by: text((it) => it.giveUpBy),
    give_up_file: text((it) => it.giveUpAtFrame?.file),
    give_up_frame: bigint((it) => it.giveUpAtFrame?.frame),
    ccr_named_ns: bigint((it) => it.ccrNamedAt),
    ccr_success_sent_ns: bigint((it) => it.ccrSuccessSentAt),
    ccr_success_delivered_ns: bigint((it) => it.ccrSuccessDeliveredAt),
    reset_confirmed_sent_ns: bigint((it) => it.resetConfirmedSentAt),
    reset_confirmed_delivered_ns: bigint((it) => it.resetConfirmedDeliveredAt),
  });
}
