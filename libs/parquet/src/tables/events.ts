import type { LabEvent } from '@fenceline/contracts';
import type { FrameRef, History } from '@fenceline/history';
import { bigint, table, text, type Table } from '../table.js';

interface Row {
  t: number;
  source: 'timeline' | 'console' | 'remark' | 'problem';
  kind?: string;
  subject?: string | undefined;
  text?: string | undefined;
  at?: FrameRef | undefined;
  details?: string;
}

/** Whatever has a time and is neither command nor apply, one row each: source after source. */
export function eventsTable(history: History): Table {
  return table<Row>('events', eventsOf(history), {
    at_ns: bigint((it) => it.t),
    source: text((it) => it.source),
    kind: text((it) => it.kind),
    subject: text((it) => it.subject),
    text: text((it) => it.text),
    file: text((it) => it.at?.file),
    frame: bigint((it) => it.at?.frame),
    details: text((it) => it.details),
  });
}

function* eventsOf({ events, consoles, remarks, problems }: History): Iterable<Row> {
  for (const event of events) yield timelineRow(event);
  for (const { t, vm, text } of consoles) yield { t, source: 'console', subject: vm, text };
  for (const { t, text, at } of remarks) yield { t, source: 'remark', text, at };
  for (const { t, instrument, message } of problems) {
    yield { t, source: 'problem', subject: instrument, text: message };
  }
}

/** An event has fields of its kind: those that most kinds share are columns, and all are in `details`. */
function timelineRow({ t, kind, ...fields }: LabEvent): Row {
  const known: Partial<Record<string, unknown>> = fields;
  const firstOf = (...names: string[]) =>
    names.map((name) => known[name]).find((value) => typeof value === 'string');
  return {
    t,
    source: 'timeline',
    kind,
    subject: firstOf('vm', 'host', 'instrument', 'id'),
    text: firstOf('phase', 'describe', 'message'),
    details: JSON.stringify(fields),
  };
}
