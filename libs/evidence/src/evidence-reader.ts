import { manifestSchema, planSchema, type Manifest, type Plan } from '@fenceline/contracts';
import { access, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { EvidenceError, errorCode, evidenceError } from './evidence-error.js';
import { FolderStore } from './folder-store.js';
import { readFinalImage, type ImageRun } from './final-image.js';
import { checkPartName, layout, type CaptureSide } from './layout.js';
import { splitLines } from './lines.js';
import { recordingSha256 } from './manifest-seal.js';
import { parseDocument, type Schema } from './parse-document.js';
import type { PartStore } from './part-store.js';
import type { SealCheck } from './seal.js';
import { readTimeline, type Timeline } from './timeline.js';

/** A capture of one link at one of its ends. */
export interface CapturePart {
  link: string;
  side: CaptureSide;
  /** Name of the part, as reports cite it. */
  part: string;
}

/** A line of a VM's console, read at `t` ns of the lab's clock. */
export interface ConsoleEntry {
  vm: string;
  t: number;
  text: string;
}

/**
 * Reads a recording, sealed or cut. Big parts come as streams; nothing is held in memory that the caller
 * did not ask for, and no file stays open when a stream was ended early.
 */
export class EvidenceReader {
  constructor(
    /** Absolute path of the folder, or what stands for it where the recording lies in none. */
    readonly dir: string,
    readonly manifest: Manifest,
    private readonly store: PartStore,
  ) {}

  /** @throws EvidenceError when the folder is missing, or is no evidence of a version known here. */
  static async open(dir: string): Promise<EvidenceReader> {
    const folder = resolve(dir);
    const path = join(folder, layout.manifest);
    let text: string;
    try {
      text = await readFile(path, 'utf8');
    } catch (error) {
      throw errorCode(error) === 'ENOENT'
        ? await notEvidence(folder, error)
        : evidenceError('read', path, error);
    }
    const manifest = parseDocument(path, text, manifestSchema);
    return new EvidenceReader(folder, manifest, new FolderStore(folder));
  }

  /** The scenario's own text. */
  async scenario(): Promise<string> {
    return this.text(layout.scenario);
  }

  /** A part as text. */
  async text(part: string): Promise<string> {
    return this.store.text(checkPartName(part));
  }

  /** The plan, checked. */
  async plan(): Promise<Plan> {
    return this.json(layout.plan, planSchema);
  }

  /**
   * A part that is a JSON document, checked by its schema.
   *
   * @throws EvidenceError naming the first field that does not fit.
   */
  async json<T>(part: string, schema: Schema<T>): Promise<T> {
    return parseDocument(this.store.nameOf(part), await this.text(part), schema);
  }

  /** True when the recording has that part. */
  async has(part: string): Promise<boolean> {
    return this.store.has(checkPartName(part));
  }

  /** The captures of every link, by link and side. */
  async captures(): Promise<CapturePart[]> {
    const captures: CapturePart[] = [];
    for (const file of await this.store.list('captures')) {
      const match = /^(?<link>.+)\.(?<side>host|node)\.pcapng$/.exec(file);
      if (!match?.groups) continue;
      const { link, side } = match.groups as { link: string; side: CaptureSide };
      captures.push({ link, side, part: layout.capture(link, side) });
    }
    return captures;
  }

  /** The bytes of a part. */
  stream(part: string): AsyncGenerator<Uint8Array> {
    return this.store.stream(checkPartName(part));
  }

  /** The bytes of the backend's journal. */
  journal(): AsyncGenerator<Uint8Array> {
    return this.stream(layout.journal);
  }

  /**
   * The hashes of all blocks that the medium held at the end; undefined in a recording without them.
   *
   * @throws EvidenceError when they were cut off or damaged.
   */
  async finalImage(): Promise<ImageRun[] | undefined> {
    if (!(await this.has(layout.finalImage))) return undefined;
    return readFinalImage(this.stream(layout.finalImage));
  }

  /** The timeline, up to where it was cut. */
  async timeline(): Promise<Timeline> {
    return readTimeline(this.stream(layout.timeline));
  }

  /** Names of the VMs whose consoles were recorded. */
  async consoleNames(): Promise<string[]> {
    const files = await this.store.list('consoles');
    return files.filter((file) => file.endsWith('.log')).map((file) => file.slice(0, -4));
  }

  /** The console of a VM; a line that was cut before its text is left out. */
  async *console(vm: string): AsyncGenerator<ConsoleEntry> {
    for await (const line of splitLines(this.stream(layout.console(vm)))) {
      const space = line.text.indexOf(' ');
      if (space <= 0) continue;
      const t = Number(line.text.slice(0, space));
      if (Number.isSafeInteger(t)) yield { vm, t, text: line.text.slice(space + 1) };
    }
  }

  /** The hash by which judgements name this recording; null where it was cut and has no seal. */
  get recordingSha256(): string | null {
    return this.manifest.complete ? recordingSha256(this.manifest.parts) : null;
  }

  /** Compares every part, and the manifest, with the seal. A recording that was cut has none: `sealed` is false then. */
  async verifySeal(): Promise<SealCheck> {
    if (!this.manifest.complete) {
      return { intact: false, sealed: false, changed: [], missing: [], added: [] };
    }
    return this.store.checkSeal(this.manifest);
  }
}

async function notEvidence(folder: string, cause: unknown): Promise<EvidenceError> {
  const exists = await access(folder).then(
    () => true,
    () => false,
  );
  return new EvidenceError(
    exists
      ? `${folder} is no folder of evidence: it has no ${layout.manifest}`
      : `there is no folder ${folder}`,
    { cause },
  );
}
