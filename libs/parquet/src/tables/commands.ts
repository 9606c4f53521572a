import { BIGINT, INTEGER, STRUCT, structValue } from '@duckdb/node-api';
import type { Command, History } from '@fenceline/history';
import {
  bigint,
  integer,
  list,
  table,
  text,
  texts,
  truth,
  unsigned64,
  wholeNumber,
  type Table,
} from '../table.js';

const rangeType = STRUCT({ slba: BIGINT, blocks: BIGINT });

const ccrEntryType = STRUCT({
  icid: INTEGER,
  ciu: INTEGER,
  acid: INTEGER,
  status: INTEGER,
  flags: INTEGER,
});

/** One row a command, in the order sent. */
export function commandsTable({ commands, payloadHashes }: History): Table {
  const hashes = (payloads: readonly number[] | undefined) =>
    payloads?.map((payload) => payloadHashes[payload]!);
  return table('commands', commands, {
    command: integer((it) => it.id),
    association: integer((it) => it.association),
    connection: integer((it) => it.connection),
    qid: integer((it) => it.qid),
    cid: integer((it) => it.cid),
    opcode: integer((it) => it.opcode),
    name: text((it) => it.name),
    op: text((it) => it.op),
    nsid: bigint((it) => it.nsid),
    slba: bigint((it) => it.slba),
    blocks: bigint((it) => it.blocks),
    fua: truth((it) => it.fua),
    payload_hashes: texts((it) => hashes(it.payloads)),
    delivered_payload_hashes: texts((it) => hashes(it.deliveredPayloads)),
    ranges: list(rangeType, rangesOf),
    sent_ns: bigint((it) => it.sentAt),
    sent_file: text((it) => it.sentFrame.file),
    sent_frame: bigint((it) => it.sentFrame.frame),
    complete_ns: bigint((it) => it.completeAt),
    answer_sent_ns: bigint((it) => it.answerSentAt),
    answered_ns: bigint((it) => it.answeredAt),
    answer_file: text((it) => it.answerFrame?.file),
    answer_frame: bigint((it) => it.answerFrame?.frame),
    status: integer((it) => it.status),
    ccr_icid: integer((it) => it.ccr?.icid),
    ccr_ciu: integer((it) => it.ccr?.ciu),
    ccr_cirn: unsigned64((it) => it.ccr?.cirn),
    ccr_immediate: truth((it) => it.ccr?.immediate),
    ccr_log_announced: integer((it) => it.ccrLog?.announced),
    ccr_log: list(ccrEntryType, (it) =>
      it.ccrLog?.entries.map(({ icid, ciu, acid, status, flags }) =>
        structValue({ icid, ciu, acid, status, flags }),
      ),
    ),
    event_dw0: bigint((it) => it.event),
  });
}

function rangesOf({ ranges }: Command) {
  return ranges?.map(({ slba, blocks }) =>
    structValue({ slba: wholeNumber(slba), blocks: wholeNumber(blocks) }),
  );
}
