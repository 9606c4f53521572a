import type { EvidencePart, LabEvent, Manifest } from '@fenceline/contracts';
import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { writeFileAtomically } from './atomic-file.js';
import { EvidenceError, evidenceError } from './evidence-error.js';
import { EvidenceReader } from './evidence-reader.js';
import {
  incompleteManifest,
  makeEmptyFolder,
  planText,
  type EvidenceStart,
  type ManifestContent,
  type PartData,
} from './evidence-writer.js';
import { checkPartName, layout } from './layout.js';
import { consoleLine } from './line-log.js';
import { manifestText, sealManifest } from './manifest-seal.js';
import type { PartStore } from './part-store.js';
import type { SealCheck } from './seal.js';

/** The manifest of a recording that has its end, and the text of its file. */
interface Ended {
  manifest: Manifest;
  text: string;
}

/**
 * A recording in memory, for labs whose every run gives the same: nothing is lost with the process. What is saved of
 * it is what `EvidenceWriter` would have written.
 */
export class MemoryEvidence {
  private readonly parts = new Map<string, readonly Uint8Array[]>();
  private readonly timeline: string[] = [];
  private readonly consoles = new Map<string, string[]>();
  /** Makes the manifest once the recording has its end: hashing it all is left until somebody asks. */
  private makeText: (() => string) | null = null;
  private ended: Ended | null = null;

  constructor(private readonly start: Omit<EvidenceStart, 'onError'>) {
    this.put(layout.scenario, start.scenario);
    this.put(layout.plan, planText(start.plan));
  }

  /** Appends an event to the timeline. */
  event(event: LabEvent): void {
    this.timeline.push(`${JSON.stringify(event)}\n`);
  }

  /** Opens the console of a VM; gives back what appends a line of it, read at `t` ns of the lab's clock. */
  console(vm: string): Promise<(t: number, text: string) => void> {
    const lines = this.consoles.get(vm) ?? [];
    this.consoles.set(vm, lines);
    return Promise.resolve((t, text) => lines.push(`${consoleLine(t, text)}\n`));
  }

  /** Adds a whole part, in one piece or several; the bytes are kept and must not change. */
  write(part: string, data: PartData): Promise<void> {
    this.put(part, data);
    return Promise.resolve();
  }

  /** Ends the recording. It is hashed and sealed when it is first read or saved. */
  seal(): Promise<void> {
    this.endLogs();
    this.makeText = () => {
      const parts = [...this.parts.keys()].sort().map((path) => this.hashed(path));
      return sealManifest({ ...this.content(), complete: true, parts });
    };
    return Promise.resolve();
  }

  /** Ends a recording that did not come to its end. */
  abandon(because: string): Promise<void> {
    this.endLogs();
    this.makeText = () => manifestText(incompleteManifest(this.start.manifest, because));
    return Promise.resolve();
  }

  /**
   * Reads it as it would be read from a folder.
   *
   * @param name what it is called where something is said of it
   * @throws EvidenceError before its end
   */
  reader(name: string): EvidenceReader {
    return new EvidenceReader(name, this.atItsEnd().manifest, new MemoryStore(name, this.parts));
  }

  /**
   * Writes it into a folder, which is made or is empty.
   *
   * @throws EvidenceError before its end, and when the folder cannot be written
   */
  async save(dir: string): Promise<void> {
    const { text } = this.atItsEnd();
    const folder = resolve(dir);
    await makeEmptyFolder(folder);
    for (const [part, pieces] of this.parts) {
      const path = join(folder, part);
      try {
        await mkdir(dirname(path), { recursive: true });
        await writeFile(path, pieces, { flag: 'wx' });
      } catch (error) {
        throw evidenceError('write', path, error);
      }
    }
    await writeFileAtomically(join(folder, layout.manifest), text);
  }

  private put(part: string, data: PartData): void {
    const pieces = typeof data === 'string' ? Buffer.from(data) : data;
    this.parts.set(checkPartName(part), pieces instanceof Uint8Array ? [pieces] : pieces);
  }

  private endLogs(): void {
    this.put(layout.timeline, this.timeline.join(''));
    for (const [vm, lines] of this.consoles) this.put(layout.console(vm), lines.join(''));
  }

  private hashed(path: string): EvidencePart {
    const hash = createHash('sha256');
    let bytes = 0;
    for (const piece of this.parts.get(path)!) {
      hash.update(piece);
      bytes += piece.length;
    }
    return { path, bytes, sha256: hash.digest('hex') };
  }

  private atItsEnd(): Ended {
    if (!this.makeText) throw new EvidenceError('the recording has not come to its end');
    if (!this.ended) {
      const text = this.makeText();
      this.ended = { manifest: JSON.parse(text) as Manifest, text };
    }
    return this.ended;
  }

  private content(): ManifestContent & { schema: 'fenceline.evidence/v1' } {
    return { schema: 'fenceline.evidence/v1', ...this.start.manifest };
  }
}

/** Parts that nobody else can have changed. */
class MemoryStore implements PartStore {
  constructor(
    private readonly name: string,
    private readonly parts: ReadonlyMap<string, readonly Uint8Array[]>,
  ) {}

  nameOf(part: string): string {
    return `${this.name}: ${part}`;
  }

  has(part: string): Promise<boolean> {
    return Promise.resolve(this.parts.has(part));
  }

  list(folder: string): Promise<string[]> {
    const prefix = `${folder}/`;
    const names = [...this.parts.keys()].filter((part) => part.startsWith(prefix));
    return Promise.resolve(names.map((part) => part.slice(prefix.length)).sort());
  }

  text(part: string): Promise<string> {
    return Promise.resolve(Buffer.concat(this.pieces(part)).toString());
  }

  async *stream(part: string): AsyncGenerator<Uint8Array> {
    for (const piece of this.pieces(part)) yield await Promise.resolve(piece);
  }

  checkSeal(): Promise<SealCheck> {
    return Promise.resolve({ intact: true, sealed: true, changed: [], missing: [], added: [] });
  }

  private pieces(part: string): readonly Uint8Array[] {
    const pieces = this.parts.get(part);
    if (!pieces) throw new EvidenceError(`the recording has no part ${part}`);
    return pieces;
  }
}
