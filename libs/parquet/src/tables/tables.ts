import type { Verdict } from '@fenceline/contracts';
import type { History } from '@fenceline/history';
import type { Table } from '../table.js';
import { appliesTable } from './applies.js';
import { associationsTable } from './associations.js';
import { blocksTable } from './blocks.js';
import { commandsTable } from './commands.js';
import { connectionsTable } from './connections.js';
import { eventsTable } from './events.js';
import { faultsTable } from './faults.js';
import { finalImageTable } from './final-image.js';
import { findingsTable } from './findings.js';

/** Every table that is written, a file each: docs/parquet.md. */
export function tablesOf(history: History, verdict: Verdict): Table[] {
  return [
    associationsTable(history),
    connectionsTable(history),
    commandsTable(history),
    appliesTable(history),
    blocksTable(history),
    finalImageTable(history),
    faultsTable(history),
    eventsTable(history),
    findingsTable(verdict),
  ];
}
