/** Parquet files turned back into what they were made of, for tests. */
import { DuckDBInstance, type Json } from '@duckdb/node-api';
import type { Finding, LabEvent } from '@fenceline/contracts';
import {
  never,
  type Apply,
  type Association,
  type CcrLogEntry,
  type Command,
  type ConsoleLine,
  type FaultSpan,
  type FrameRef,
  type History,
  type InstrumentProblem,
} from '@fenceline/history';

type Row = Record<string, Json>;

/**
 * The rows that a query gives over a folder of Parquet files, as `duckdb` started in that folder would show
 * them: whole numbers of 64 bits as text, lists and structures as JSON.
 */
export function rowsOf(dir: string, sql: string): Promise<Row[]> {
  return withQueries(dir, (rows) => rows(sql));
}

async function withQueries<T>(
  dir: string,
  work: (rows: (sql: string) => Promise<Row[]>) => Promise<T>,
): Promise<T> {
  const database = await DuckDBInstance.create(':memory:', { file_search_path: dir });
  try {
    const connection = await database.connect();
    return await work(async (sql) => (await connection.runAndReadAll(sql)).getRowObjectsJson());
  } finally {
    database.closeSync();
  }
}

export type ReadBack = Pick<
  History,
  | 'associations'
  | 'commands'
  | 'applies'
  | 'faults'
  | 'events'
  | 'consoles'
  | 'problems'
  | 'remarks'
> & { finalImage: NonNullable<History['finalImage']>; findings: Finding[] };

/** The history and findings that a folder of Parquet files holds. */
export function readBack(dir: string, payloadHashes: readonly string[]): Promise<ReadBack> {
  return withQueries(dir, (rows) =>
    rebuild((name) => rows(`FROM '${name}.parquet'`), payloadHashes),
  );
}

async function rebuild(
  all: (name: string) => Promise<Row[]>,
  payloadHashes: readonly string[],
): Promise<ReadBack> {
  const payloads = new Map(payloadHashes.map((hash, payload) => [hash, payload]));
  const payloadOf = (hash: Json) => payloads.get(hash as string)!;
  const events = await all('events');
  const from = (source: string) => events.filter((row) => row['source'] === source);
  const connections = await all('connections');
  const blocks = await all('blocks');
  return {
    associations: (await all('associations')).map((row) => associationOf(row, connections)),
    commands: (await all('commands')).map((row) => commandOf(row, payloadOf)),
    applies: (await all('applies')).map((row) => applyOf(row, blocks, payloadOf)),
    finalImage: new Map(
      (await all('final_image')).map((row) => [at(row, 'lba'), payloadOf(row['payload_hash']!)]),
    ),
    faults: (await all('faults')).map(faultOf),
    events: from('timeline').map(eventOf),
    consoles: from('console').map((row): ConsoleLine => ({
      t: at(row, 'at_ns'),
      vm: text(row, 'subject'),
      text: text(row, 'text'),
    })),
    remarks: from('remark').map((row) => {
      const place = frameOf(row, 'file', 'frame');
      return {
        t: at(row, 'at_ns'),
        text: text(row, 'text'),
        ...(place === null ? {} : { at: place }),
      };
    }),
    problems: from('problem').map((row): InstrumentProblem => ({
      t: at(row, 'at_ns'),
      instrument: text(row, 'subject'),
      message: text(row, 'text'),
    })),
    findings: (await all('findings')).map(findingOf),
  };
}

/** A moment or a number; NULL is `never`. */
const at = (row: Row, column: string): number =>
  row[column] === null ? never : Number(row[column]);

const number = (row: Row, column: string): number | null =>
  row[column] === null ? null : Number(row[column]);

const text = (row: Row, column: string): string => {
  const value = row[column];
  if (typeof value !== 'string') throw new Error(`${column} is no text: ${JSON.stringify(value)}`);
  return value;
};

/** A property that is there only where the column is not NULL. */
function where(row: Row, column: string, name: string, of: (value: Json) => unknown): object {
  const value = row[column];
  return value === null || value === undefined ? {} : { [name]: of(value) };
}

function frameOf(row: Row, file: string, frame: string): FrameRef | null {
  return row[file] === null ? null : { file: text(row, file), frame: Number(row[frame]) };
}

function associationOf(row: Row, connections: readonly Row[]): Association {
  const id = at(row, 'association');
  const lastCompleteAt = number(row, 'last_complete_ns');
  return {
    id,
    label: text(row, 'label'),
    host: text(row, 'host'),
    hostNqn: text(row, 'host_nqn'),
    subsystemNqn: text(row, 'subsystem_nqn'),
    link: text(row, 'link'),
    node: text(row, 'node'),
    cntlid: at(row, 'cntlid'),
    connectedAt: at(row, 'connected_ns'),
    connections: connections
      .filter((one) => one['association'] === row['association'])
      .map((one) => ({
        id: at(one, 'connection'),
        link: text(one, 'link'),
        qid: at(one, 'qid'),
        hostSocket: text(one, 'host_socket'),
        nodeSocket: text(one, 'node_socket'),
        openedAt: at(one, 'opened_ns'),
        hostClosedAt: at(one, 'host_closed_ns'),
        nodeClosedAt: at(one, 'node_closed_ns'),
        lastNewHostBytesAt: at(one, 'last_new_host_bytes_ns'),
      })),
    identifiedAt: at(row, 'identified_ns'),
    katoMs: at(row, 'kato_ms'),
    tbkas: row['tbkas'] === true,
    cqtMs: at(row, 'cqt_ms'),
    ciu: at(row, 'ciu'),
    cirn: BigInt(text(row, 'cirn')),
    ccrl: at(row, 'ccrl'),
    lastNewHostBytesAt: at(row, 'last_new_host_bytes_ns'),
    lastCompleteAt: lastCompleteAt ?? -never,
    giveUpAt: at(row, 'give_up_ns'),
    giveUpBy: row['give_up_by'] as Association['giveUpBy'],
    giveUpAtFrame: frameOf(row, 'give_up_file', 'give_up_frame'),
    ccrSuccessDeliveredAt: at(row, 'ccr_success_delivered_ns'),
    resetConfirmedDeliveredAt: at(row, 'reset_confirmed_delivered_ns'),
    ccrNamedAt: at(row, 'ccr_named_ns'),
    ccrSuccessSentAt: at(row, 'ccr_success_sent_ns'),
    resetConfirmedSentAt: at(row, 'reset_confirmed_sent_ns'),
  };
}

function commandOf(row: Row, payloadOf: (hash: Json) => number): Command {
  const payloads = (hashes: Json) => (hashes as Json[]).map(payloadOf);
  return {
    id: at(row, 'command'),
    association: at(row, 'association'),
    connection: at(row, 'connection'),
    qid: at(row, 'qid'),
    cid: at(row, 'cid'),
    opcode: at(row, 'opcode'),
    name: text(row, 'name'),
    op: text(row, 'op') as Command['op'],
    nsid: at(row, 'nsid'),
    slba: at(row, 'slba'),
    blocks: at(row, 'blocks'),
    fua: row['fua'] === true,
    payloads: payloads(row['payload_hashes']!),
    ...where(row, 'delivered_payload_hashes', 'deliveredPayloads', payloads),
    ...where(row, 'ranges', 'ranges', (ranges) =>
      (ranges as Row[]).map((range) => ({ slba: at(range, 'slba'), blocks: at(range, 'blocks') })),
    ),
    sentAt: at(row, 'sent_ns'),
    sentFrame: frameOf(row, 'sent_file', 'sent_frame')!,
    completeAt: at(row, 'complete_ns'),
    answerSentAt: at(row, 'answer_sent_ns'),
    answeredAt: at(row, 'answered_ns'),
    answerFrame: frameOf(row, 'answer_file', 'answer_frame'),
    status: number(row, 'status'),
    ...where(row, 'ccr_icid', 'ccr', () => ({
      icid: at(row, 'ccr_icid'),
      ciu: at(row, 'ccr_ciu'),
      cirn: BigInt(text(row, 'ccr_cirn')),
      immediate: row['ccr_immediate'] === true,
    })),
    ...where(row, 'ccr_log', 'ccrLog', (entries) => ({
      announced: at(row, 'ccr_log_announced'),
      entries: entries as unknown as CcrLogEntry[],
    })),
    ...where(row, 'event_dw0', 'event', Number),
  };
}

function applyOf(row: Row, allBlocks: readonly Row[], payloadOf: (hash: Json) => number): Apply {
  const blocks = allBlocks.filter((block) => block['apply'] === row['apply']);
  const altered = blocks
    .map((block) => ({ lba: at(block, 'lba'), commands: block['altered_by'] as number[] }))
    .filter(({ commands }) => commands.length > 0);
  return {
    id: at(row, 'apply'),
    request: at(row, 'request'),
    node: text(row, 'node'),
    op: text(row, 'op') as Apply['op'],
    slba: at(row, 'slba'),
    blocks: at(row, 'blocks'),
    payloads: blocks.flatMap((block) =>
      block['payload_hash'] === null ? [] : [payloadOf(block['payload_hash']!)],
    ),
    receivedAt: at(row, 'received_ns'),
    appliedAt: at(row, 'applied_ns'),
    heldAt: number(row, 'held_ns'),
    failed: row['failed'] === true,
    candidates: blocks.map((block) => block['candidates'] as number[]),
    unattributed: row['unattributed'] as string | null,
    ...(altered.length === 0 ? {} : { altered }),
  };
}

function faultOf(row: Row): FaultSpan {
  return {
    id: text(row, 'id'),
    describe: text(row, 'describe'),
    fault: text(row, 'fault') as FaultSpan['fault'],
    link: row['link'] as string | null,
    nodes: row['nodes'] as string[],
    start: at(row, 'start_ns'),
    end: at(row, 'end_ns'),
  };
}

function eventOf(row: Row): LabEvent {
  const details = JSON.parse(text(row, 'details')) as object;
  return { t: at(row, 'at_ns'), kind: text(row, 'kind'), ...details } as LabEvent;
}

function findingOf(row: Row): Finding {
  return {
    rule: text(row, 'rule') as Finding['rule'],
    blame: text(row, 'blame') as Finding['blame'],
    blamed: text(row, 'blamed'),
    harm: row['harm'] as Finding['harm'],
    sentence: text(row, 'sentence'),
    witness: {
      ...where(row, 'lba', 'lba', Number),
      ...where(row, 'host', 'host', String),
      ...where(row, 'path', 'path', String),
      ...where(row, 'other_path', 'otherPath', String),
      steps: (row['steps'] as Row[]).map((step) => ({
        ms: Number(step['ms']),
        what: text(step, 'what'),
        ...where(step, 'at', 'at', String),
      })),
    },
  };
}
