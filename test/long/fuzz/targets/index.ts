import type { Target } from '../target.js';
import { captureFileTarget } from './capture-file.js';
import { decodeFileTarget, decodePacketsTarget, decodeSegmentsTarget } from './decode.js';
import { finalImageTarget, manifestTarget, planTarget, timelineTarget } from './documents.js';
import { frameTarget } from './frame.js';
import { goldenTarget, historyTarget } from './history.js';
import { journalTarget } from './journal.js';
import { finderTarget, pduTarget } from './pdu.js';
import { connectionTarget, orderedStreamTarget } from './reassembly.js';
import { scenarioTarget } from './scenario.js';
import { tarTarget } from './tar.js';

/** Every target with its share: how many of a thousand inputs it gets. */
export async function allTargets(): Promise<Target[]> {
  return [
    frameTarget(270),
    orderedStreamTarget(180),
    connectionTarget(25),
    captureFileTarget('pcap', 70),
    captureFileTarget('pcapng', 90),
    pduTarget(140),
    finderTarget(100),
    decodeFileTarget(20),
    decodePacketsTarget(14),
    decodeSegmentsTarget(5),
    journalTarget(50),
    await manifestTarget(8),
    await planTarget(4),
    await timelineTarget(6),
    await finalImageTarget(6),
    await tarTarget(8),
    scenarioTarget(2),
    historyTarget(1.98),
    await goldenTarget(0.02),
  ];
}
