import type { Plan } from '@fenceline/contracts';
import { EvidenceError, layout, type EvidenceReader, type ImageRun } from '@fenceline/evidence';
import { buildHistory, topologyOf, type History, type InstrumentProblem } from '@fenceline/history';

/**
 * Decodes the recording of a folder into its history. What the folder itself says against the recording (no
 * seal, a part that is not as it was sealed) stands in the history beside what decoding finds.
 *
 * @throws when the parts cannot be read or do not belong together.
 */
export async function readRecording(evidence: EvidenceReader, plan: Plan): Promise<History> {
  const links = new Set(plan.links.map(({ name }) => name));
  const captures = (await evidence.captures()).filter(({ link }) => links.has(link));
  const timeline = await evidence.timeline();
  const image = await finalImageOf(evidence);
  const history = await buildHistory({
    topology: topologyOf(plan),
    captures: captures.map(({ link, side, part }) => ({
      link,
      side,
      file: part,
      chunks: evidence.stream(part),
    })),
    journal: evidence.journal(),
    timeline: timeline.events,
    virtualTime: evidence.manifest.driver === 'simulated',
    consoles: await consolesOf(evidence),
    ...(image.runs === undefined ? {} : { finalImage: image.runs }),
  });
  history.problems.unshift(...(await doubts(evidence)), ...image.problems);
  return history;
}

/** An image that was cut or damaged is a doubt: the rest of the recording is as it was. */
async function finalImageOf(
  evidence: EvidenceReader,
): Promise<{ runs?: ImageRun[] | undefined; problems: InstrumentProblem[] }> {
  try {
    return { runs: await evidence.finalImage(), problems: [] };
  } catch (error) {
    if (!(error instanceof EvidenceError)) throw error;
    return { problems: [{ t: 0, instrument: layout.finalImage, message: error.message }] };
  }
}

async function consolesOf(evidence: EvidenceReader): Promise<{ vm: string; text: string }[]> {
  const consoles: { vm: string; text: string }[] = [];
  for (const vm of await evidence.consoleNames()) {
    consoles.push({ vm, text: await evidence.text(layout.console(vm)) });
  }
  return consoles;
}

/** Parts that are read because they are there: one that was added would be taken for evidence. */
const readWhereFound = /^(captures|consoles|backend)\//;

async function doubts(evidence: EvidenceReader): Promise<InstrumentProblem[]> {
  const { manifest } = evidence;
  if (!manifest.complete) {
    return [{ t: 0, instrument: 'recording', message: manifest.incompleteBecause }];
  }
  const { changed, missing, added } = await evidence.verifySeal();
  const changedAfter = 'it was changed after the recording was sealed';
  return [
    ...changed.map((part) => ({ t: 0, instrument: part, message: changedAfter })),
    ...missing.map((part) => ({ t: 0, instrument: part, message: 'it is missing' })),
    ...added
      .filter((part) => readWhereFound.test(part))
      .map((part) => ({ t: 0, instrument: part, message: 'it was added after the sealing' })),
  ];
}
