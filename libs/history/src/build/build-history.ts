import type { LabEvent } from '@fenceline/contracts';
import { hashBlock, type Side } from '@fenceline/capture';
import type { Command, History, InstrumentProblem, PayloadId } from '../model.js';
import type { Topology } from '../topology.js';
import type { PayloadTable } from '../wire/payload-table.js';
import { WireDecoder } from '../wire/wire-decoder.js';
import { attribute } from './attribute.js';
import { CaptureCursor, type CaptureInput } from './capture-cursor.js';
import { consoleLines, type ConsoleInput } from './consoles.js';
import { faultsOf } from './faults.js';
import { lateDeliveries } from './late-deliveries.js';
import { mergeCaptures } from './merge-captures.js';
import { notFollowed } from './not-followed.js';
import { readApplies } from './read-applies.js';
import { RetryDetector } from './retry-detector.js';
import { uncertaintyOf } from './uncertainty.js';

/** On virtual time only what happened in the same nanosecond has no order. */
const sameMoment = 1;

/** A recording, part by part. */
export interface Recording {
  topology: Topology;
  /** Both captures of every link. */
  captures: readonly CaptureInput[];
  /** The backend's journal. */
  journal: AsyncIterable<Uint8Array>;
  timeline: readonly LabEvent[];
  /** Whether the lab ran on virtual time, of which every stamp is exact. */
  virtualTime?: boolean;
  consoles: readonly ConsoleInput[];
  /** Hashes of the blocks that the medium held at the end, run by run, where that was recorded. */
  finalImage?: readonly { slba: number; hashes: readonly bigint[] }[];
}

/**
 * Decodes a recording into its history. Pure, and a stream: of the captures and the journal no more is
 * kept than what the history holds.
 *
 * Nothing that a recording may contain makes it throw; what makes the recording doubtful is in
 * `History.problems`. It throws where the parts do not belong together (a capture of an unknown link).
 */
export async function buildHistory(recording: Recording): Promise<History> {
  const { topology, captures, timeline } = recording;
  const problems: InstrumentProblem[] = [];
  const remarks: History['remarks'] = [];
  const commands: Command[] = [];
  const openings: NonNullable<History['openings']> = [];
  const retries = new RetryDetector((id) => decoder.associations[id]!);
  const decoder = new WireDecoder(
    topology,
    {
      onCommand: (command) => commands.push(command),
      onPayloadSent: (command) => {
        for (const original of retries.sent(command)) {
          const association = decoder.associations[original.association]!;
          decoder.tracker.giveUp(association, 'retry', command.sentAt, command.sentFrame);
        }
      },
      onAnswered: (command) => retries.answered(command),
      onOpening: (link, t) => openings.push({ link, t }),
      onRemark: (t, text, at) => remarks.push({ t, text, at }),
      onProblem: (t, instrument, message) => problems.push({ t, instrument, message }),
    },
    {
      filesOf: (link) => ({
        host: fileOf(captures, link, 'host'),
        node: fileOf(captures, link, 'node'),
      }),
    },
  );
  const cursors = captures.map((input) => new CaptureCursor(input));
  await mergeCaptures(cursors, decoder);
  const lastFrameAt = cursors.reduce((last, { lastAt }) => Math.max(last, lastAt), 0);
  decoder.finish(lastFrameAt);
  for (const { problem, input } of cursors) {
    if (problem !== null) problems.push({ ...problem, instrument: `capture ${input.file}` });
  }
  for (const { name } of topology.links) {
    for (const side of ['host', 'node'] as const) {
      if (captures.some((capture) => capture.link === name && capture.side === side)) continue;
      problems.push({ t: 0, instrument: `link ${name}`, message: `no capture at the ${side}` });
    }
  }

  // A Connect is told only once its data has come, and never when they do not.
  commands.sort((a, b) => a.id - b.id);
  commands.forEach((command, id) => (command.id = id));
  const journal = await readApplies(recording.journal, decoder.payloads, topology);
  problems.push(...journal.problems);
  const associations = [...decoder.associations];
  problems.push(...attribute(journal.applies, commands, associations));
  problems.push(...notFollowed(commands, associations));
  remarks.push(...lateDeliveries(commands, associations));

  const image = recording.finalImage && imageOf(recording.finalImage, decoder.payloads);
  const ones = decoder.payloads.find(hashBlock(new Uint8Array(topology.blockSize).fill(0xff)));
  const lastEventAt = timeline.reduce((last, { t }) => Math.max(last, t), 0);
  const end = Math.max(lastEventAt, lastFrameAt, journal.end);
  problems.push(...timelineProblems(timeline, lastEventAt));
  return {
    blockSize: topology.blockSize,
    payloadHashes: decoder.payloads.hashes(),
    ...(ones === undefined ? {} : { onesPayload: ones }),
    ...(image === undefined ? {} : { finalImage: image }),
    associations,
    openings,
    commands,
    applies: journal.applies,
    faults: faultsOf(timeline, end),
    events: [...timeline],
    consoles: consoleLines(recording.consoles),
    problems: problems.sort((a, b) => a.t - b.t),
    remarks: remarks.sort((a, b) => a.t - b.t),
    end,
    uncertaintyAt: recording.virtualTime === true ? () => sameMoment : uncertaintyOf(timeline),
  };
}

function imageOf(
  runs: NonNullable<Recording['finalImage']>,
  table: PayloadTable,
): NonNullable<History['finalImage']> {
  const image = new Map<number, PayloadId>();
  for (const { slba, hashes } of runs) {
    hashes.forEach((hash, index) => image.set(slba + index, table.ofHash(hash)));
  }
  return image;
}

function fileOf(captures: readonly CaptureInput[], link: string, side: Side): string {
  const capture = captures.find((one) => one.link === link && one.side === side);
  return capture?.file ?? `${link}.${side}.pcapng`;
}

function timelineProblems(timeline: readonly LabEvent[], lastEventAt: number): InstrumentProblem[] {
  const problems: InstrumentProblem[] = [];
  for (const event of timeline) {
    if (event.kind === 'instrument-error') {
      problems.push({ t: event.t, instrument: event.instrument, message: event.message });
    }
  }
  if (!timeline.some(({ kind }) => kind === 'end')) {
    problems.push({
      t: lastEventAt,
      instrument: 'timeline',
      message: 'the timeline has no end: the recording was cut',
    });
  }
  return problems;
}
