import { manifestSchema, type LabEvent, type Manifest, type Plan } from '@fenceline/contracts';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { writeFileAtomically } from './atomic-file.js';
import { EvidenceError, errorCode, evidenceError } from './evidence-error.js';
import { checkPartName, layout } from './layout.js';
import { consoleLine, LineLog } from './line-log.js';
import { manifestText, sealManifest } from './manifest-seal.js';
import { hashParts } from './seal.js';

/** The manifest without what the writer itself fills in. */
export type ManifestContent = Omit<
  Manifest,
  'schema' | 'complete' | 'incompleteBecause' | 'parts' | 'sealedSha256'
>;

/** What a part holds: text, or bytes in one piece or several. */
export type PartData = string | Uint8Array | readonly Uint8Array[];

export interface EvidenceStart {
  /** What is known when the recording starts; `update` adds to it. */
  manifest: ManifestContent;
  /** The scenario's own text. */
  scenario: string;
  plan: Plan;
  /** Told once of the first timeline or console line that could not be written. */
  onError: (error: EvidenceError) => void;
}

/**
 * Writes one recording into a folder of its own.
 *
 * The manifest is written first, as incomplete, so that the folder says at any moment what it is; parts
 * are appended as they happen; `seal` comes last and makes the recording complete. A recording that was
 * cut before that stays readable up to the cut.
 */
export class EvidenceWriter {
  private readonly consoles = new Map<string, Promise<LineLog>>();

  private constructor(
    /** Absolute path of the folder. */
    readonly dir: string,
    private manifest: ManifestContent,
    private readonly timeline: LineLog,
    private readonly onError: (error: EvidenceError) => void,
  ) {}

  /**
   * Makes the folder (and those above it) and writes manifest, scenario and plan.
   *
   * @throws EvidenceError when the folder holds anything already, or cannot be made or written.
   */
  static async create(dir: string, start: EvidenceStart): Promise<EvidenceWriter> {
    const folder = resolve(dir);
    await makeEmptyFolder(folder);
    await writeManifest(folder, incompleteManifest(start.manifest, stillRecording));
    await writePart(folder, layout.scenario, start.scenario);
    await writePart(folder, layout.plan, planText(start.plan));
    const timeline = await LineLog.open(join(folder, layout.timeline), start.onError);
    return new EvidenceWriter(folder, start.manifest, timeline, start.onError);
  }

  /**
   * Where an instrument that writes its own file (a capture, the journal) puts the part, as an absolute
   * path; its folder is made.
   */
  async path(part: string): Promise<string> {
    const path = join(this.dir, checkPartName(part));
    await makeFolder(dirname(path));
    return path;
  }

  /** Appends an event to the timeline. Never waits and never throws; see `EvidenceStart.onError`. */
  event(event: LabEvent): void {
    this.timeline.append(JSON.stringify(event));
  }

  /**
   * Opens the console of a VM and returns the function that appends a line of it, read at `t` ns of the
   * lab's clock. The function never waits and never throws.
   */
  async console(vm: string): Promise<(t: number, text: string) => void> {
    let opening = this.consoles.get(vm);
    if (!opening) {
      const path = this.path(layout.console(vm));
      opening = path.then((file) => LineLog.open(file, this.onError));
      this.consoles.set(vm, opening);
    }
    let log: LineLog;
    try {
      log = await opening;
    } catch (error) {
      this.consoles.delete(vm);
      throw error;
    }
    return (t, text) => log.append(consoleLine(t, text));
  }

  /** Writes a whole part at once, from one piece or several. */
  async write(part: string, data: PartData): Promise<void> {
    await writePart(this.dir, part, data);
  }

  /** Adds to the manifest what became known since, and writes it (still incomplete). */
  async update(change: Partial<ManifestContent>): Promise<void> {
    this.manifest = { ...this.manifest, ...change };
    await writeManifest(this.dir, incompleteManifest(this.manifest, stillRecording));
  }

  /** Waits until every event and console line given so far is in its file. */
  async flush(): Promise<void> {
    await this.timeline.flush();
    for (const log of this.consoles.values()) await (await log).flush();
  }

  /**
   * Ends the recording: closes its logs, hashes every part and writes the complete manifest. Whoever
   * writes parts by `path` must have closed them before.
   *
   * @throws EvidenceError when a line or the manifest could not be written; the recording then stays
   * incomplete and readable.
   */
  async seal(change: Partial<ManifestContent> = {}): Promise<Manifest> {
    await this.close();
    this.manifest = { ...this.manifest, ...change };
    const parts = await hashParts(this.dir, { sync: true });
    const text = sealManifest({
      schema: 'fenceline.evidence/v1',
      ...this.manifest,
      complete: true,
      parts,
    });
    await writeFileAtomically(join(this.dir, layout.manifest), text);
    return manifestSchema.parse(JSON.parse(text));
  }

  /**
   * Ends a recording that did not come to its end: closes its logs and says in the manifest why. It stays
   * readable, is not sealed, and can never be judged a pass.
   */
  async abandon(because: string): Promise<void> {
    const closed = await Promise.allSettled([this.close()]);
    await writeManifest(this.dir, incompleteManifest(this.manifest, because));
    for (const end of closed) if (end.status === 'rejected') throw end.reason;
  }

  private async close(): Promise<void> {
    const logs = [this.timeline];
    for (const opening of this.consoles.values()) logs.push(await opening);
    const closed = await Promise.allSettled(logs.map((log) => log.close()));
    for (const end of closed) if (end.status === 'rejected') throw end.reason;
  }
}

/** The text of the part `plan.json`. */
export function planText(plan: Plan): string {
  return `${JSON.stringify(plan, null, 2)}\n`;
}

/** What a manifest says when nobody was left to say why the recording ends. */
const stillRecording = 'the lab ended before it had closed its recording';

/** The manifest of a recording that has not come to its end, or never will. */
export function incompleteManifest(content: ManifestContent, because: string): Manifest {
  return {
    schema: 'fenceline.evidence/v1',
    ...content,
    complete: false,
    incompleteBecause: because,
    parts: [],
  };
}

async function writeManifest(dir: string, manifest: Manifest): Promise<void> {
  await writeFileAtomically(join(dir, layout.manifest), manifestText(manifest));
}

async function writePart(dir: string, part: string, data: PartData): Promise<void> {
  const path = join(dir, checkPartName(part));
  await makeFolder(dirname(path));
  try {
    await writeFile(path, data, { flag: 'wx' });
  } catch (error) {
    throw evidenceError('write', path, error);
  }
}

async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true });
  } catch (error) {
    throw evidenceError('make the folder', path, error);
  }
}

/** Never writes into what somebody else put there, and never over an earlier recording. */
export async function makeEmptyFolder(path: string): Promise<void> {
  await makeFolder(path);
  let entries: string[];
  try {
    entries = await readdir(path);
  } catch (error) {
    if (errorCode(error) === 'ENOTDIR') {
      throw new EvidenceError(`${path} is a file; name a folder for the evidence`, {
        cause: error,
      });
    }
    throw evidenceError('look into', path, error);
  }
  if (entries.length === 0) return;
  throw new EvidenceError(
    entries.includes(layout.manifest)
      ? `${path} already holds a recording; evidence is never written over, name another folder`
      : `${path} is not empty and is no folder of evidence; name a new or an empty folder`,
  );
}
