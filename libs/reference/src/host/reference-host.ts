import type { Medium, MediumRequest, MediumResult } from '../transport.js';
import { discover, type DiscoveredPort } from './discovery.js';
import type { CcrSource } from './fence/ccr-source.js';
import { Multipath } from './multipath.js';
import type { NamespaceFacts } from './namespace.js';
import { Path, type PathOwner } from './path.js';
import type { PathState } from './path-state.js';
import { withDefaults, type CompleteSettings, type HostSettings } from './settings.js';

/**
 * An NVMe/TCP host with native multipath that does no input or output itself: to its application it is the medium
 * behind all its paths.
 */
export class ReferenceHost implements Medium, PathOwner {
  readonly #settings: CompleteSettings;
  readonly #paths: readonly Path[];
  readonly #multipath: Multipath;
  #started: (() => void) | null = null;
  #namespace: NamespaceFacts | undefined;

  constructor(settings: HostSettings) {
    this.#settings = withDefaults(settings);
    this.#paths = settings.paths.map(
      ({ name }, index) => new Path(this.#settings, name, index, this),
    );
    this.#multipath = new Multipath(this.#settings, this.#paths);
  }

  /** Bytes of a logical block; only once a path has been live. */
  get blockSize(): number {
    return this.#knownNamespace.blockSize;
  }

  /** Bytes of the namespace; only once a path has been live. */
  get size(): number {
    return this.#knownNamespace.size;
  }

  /** State of a path. */
  stateOf(path: string): PathState {
    return this.#path(path).state;
  }

  /** Connects every path. `allPathsLive` is called once, when all of them are live for the first time. */
  start(allPathsLive: () => void): void {
    this.#started = allPathsLive;
    for (const path of this.#paths) path.connect();
  }

  /** Asks the discovery controller at the end of a path what the array offers. */
  discover(path: string, done: (found: DiscoveredPort[] | { error: string }) => void): void {
    discover(this.#settings, this.#path(path).name, done);
  }

  /** Begins a request over any path. `done` is called once, never before this returns. */
  submit(request: MediumRequest, done: (result: MediumResult) => void): void {
    this.#multipath.submit(request, null, done);
  }

  /** Begins a request over one path. It fails when the path is not live, or is lost. */
  submitThrough(path: string, request: MediumRequest, done: (result: MediumResult) => void): void {
    this.#multipath.submit(request, this.#path(path), done);
  }

  /** Shuts every controller down; requests that have not come back fail. `stopped` is called once. */
  stop(stopped: () => void): void {
    let left = this.#paths.length;
    this.#started = null;
    this.#multipath.stop();
    for (const path of this.#paths) {
      path.stop(() => {
        if (--left === 0) stopped();
      });
    }
  }

  sourcesFor(lost: Path): readonly CcrSource[] {
    return this.#paths.flatMap((it) =>
      it === lost || it.association === null ? [] : [it.association.source],
    );
  }

  nameOf(source: CcrSource): string {
    return this.#paths.find((it) => it.association?.source === source)?.device ?? 'a lost source';
  }

  pathChanged(path: Path): void {
    if (path.state === 'LIVE') this.#namespace ??= path.association?.facts.namespace;
    if (this.#started !== null && this.#paths.every(({ state }) => state === 'LIVE')) {
      const started = this.#started;
      this.#started = null;
      started();
    }
    this.#multipath.dispatch();
  }

  sourcesChanged(): void {
    for (const path of this.#paths) path.sourcesChanged();
  }

  get #knownNamespace(): NamespaceFacts {
    if (this.#namespace === undefined) throw new Error('no path has been live yet');
    return this.#namespace;
  }

  #path(name: string): Path {
    const path = this.#paths.find((it) => it.name === name);
    if (path === undefined) throw new Error(`there is no path ${name}`);
    return path;
  }
}
