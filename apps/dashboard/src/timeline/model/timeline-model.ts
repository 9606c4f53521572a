import type { IndexedFinding, TimelineHeader, TimelineItem } from '@fenceline/report/timeline';
import type { Scene } from '../paint/scene.js';
import type { ByteSource } from '../read/byte-source.js';
import { detailOf } from '../read/detail.js';
import { TileSet, type Loaded } from '../read/tile-set.js';
import { bandsOf, type Bands } from '../view/bands.js';
import { hitTest, momentAt, type Hit } from '../view/hit-test.js';
import { isApply } from '../view/is-apply.js';
import { landingOf } from '../view/landing.js';
import type { ItemRef, LinkState } from '../view/link-state.js';
import { neighbour, type Direction } from '../view/neighbour.js';
import { scaleOf, type Scale } from '../view/scale.js';
import { clamp, fit, pan, reveal, zoom, type Window } from '../view/window.js';

/** What the parts beside the picture show. They follow when it has come to rest, not at each frame. */
export interface Snapshot {
  window: Window;
  loaded: Loaded;
  finding: number | null;
  selected: TimelineItem | null;
  cursor: number | null;
  profile: string;
  waiting: boolean;
  problem: Error | null;
}

/** What of the address is the model's. */
type PlainLink = Omit<LinkState, 'query'>;

/** So long nothing must change before what stands beside the picture follows, ms. */
const restMs = 120;

/**
 * What is seen of a timeline: which window, finding, item and moment. The picture is painted from it at each frame; React
 * is told when it rests.
 */
export class TimelineModel {
  readonly bands: Bands;
  private readonly tiles: TileSet;
  private window: Window;
  private width = 1000;
  private finding: number | null;
  private selected: ItemRef | null;
  private selectedItem: TimelineItem | null = null;
  private cursor: number | null = null;
  private hovered: Hit | null = null;
  private profile: string;
  private loaded: Loaded;
  private snapshot: Snapshot;
  private readonly listeners = new Set<() => void>();
  private rest: ReturnType<typeof setTimeout> | null = null;

  /** Something in the picture changed. Set by whoever paints. */
  repaint: () => void = () => undefined;
  private tellLink: ((state: PlainLink) => void) | null = null;

  constructor(
    readonly header: TimelineHeader,
    readonly source: ByteSource,
    link: LinkState,
  ) {
    this.bands = bandsOf(header);
    this.profile = header.profiles[0] ?? '';
    this.tiles = new TileSet(header, source, () => this.reload());
    this.finding = link.finding ?? (link.window === null && header.findings.length > 0 ? 0 : null);
    this.selected = link.item;
    this.window = clamp(link.window ?? this.windowOf(this.finding), header.end);
    this.loaded = this.tiles.show(this.window, this.width);
    this.snapshot = this.makeSnapshot();
  }

  close(): void {
    if (this.rest !== null) clearTimeout(this.rest);
    this.tiles.close();
  }

  /** For `useSyncExternalStore`. */
  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };
  readonly getSnapshot = (): Snapshot => this.snapshot;

  /**
   * Tells what is to stand in the address, now and whenever it changes.
   *
   * @returns ends it
   */
  onLink(tell: (state: PlainLink) => void): () => void {
    this.tellLink = tell;
    tell(this.link);
    return () => {
      this.tellLink = null;
    };
  }

  private get link(): PlainLink {
    return { window: this.window, finding: this.finding, item: this.selected };
  }

  get scale(): Scale {
    return scaleOf(this.window, this.width);
  }

  get hit(): Hit | null {
    return this.hovered;
  }

  scene(brush: Scene['brush'], theme: Scene['theme']): Scene {
    const { header, bands, scale, loaded, selected, hovered, cursor, profile } = this;
    const { items, bins, standIn, lines } = loaded;
    return {
      ...{ brush, theme, header, bands, scale, items, bins, standIn, lines },
      ...{ finding: this.told, selected, hovered, cursor, profile },
    };
  }

  /** @param width of the picture in px */
  resize(width: number): void {
    if (width === this.width || width <= 0) return;
    this.width = width;
    this.show(this.window);
  }

  show(window: Window): void {
    this.window = clamp(window, this.header.end);
    this.reload();
  }

  /** @param at share of the width that stays where it is; the cursor where it can be seen, if not given */
  zoom(factor: number, at?: number): void {
    const { from, to } = this.window;
    const { cursor } = this;
    const seen = cursor !== null && cursor >= from && cursor <= to;
    const fixed = at ?? (seen ? (cursor - from) / (to - from) : 0.5);
    this.show(zoom(this.window, factor, fixed, this.header.end));
  }

  pan(share: number): void {
    this.show(pan(this.window, share, this.header.end));
  }

  showAll(): void {
    this.show({ from: 0, to: this.header.end });
  }

  showWorkload(): void {
    const { start, end } = this.header.focus;
    this.show({ from: start, to: end });
  }

  /** Where the stale write of the finding that is told landed, so near that both writes are told apart. */
  showLanding(): void {
    const span = this.told && landingOf(this.told);
    if (span === null) return;
    const room = (span.end - span.start) * 0.5 + 20;
    this.show({ from: span.start - room, to: span.end + room });
  }

  private get told(): IndexedFinding | null {
    return this.header.findings.find(({ finding }) => finding === this.finding) ?? null;
  }

  /** @param finding position in the verdict; null for all */
  tell(finding: number | null): void {
    this.finding = finding;
    this.show(finding === null ? this.window : this.windowOf(finding));
    this.tellNow();
  }

  /** The next finding, or the one before. */
  tellNext(by: 1 | -1): void {
    const all = this.header.findings;
    if (all.length === 0) return;
    const at = all.findIndex(({ finding }) => finding === this.finding);
    const next = at < 0 ? (by === 1 ? 0 : all.length - 1) : (at + by + all.length) % all.length;
    this.tell(all[next]!.finding);
  }

  /** Selects an item and brings its start into view, so near that it can be seen by itself. */
  select(item: TimelineItem | null): void {
    this.selected = item && { apply: isApply(item), id: item.id, start: item.start };
    this.selectedItem = item;
    if (item !== null) {
      this.cursor = item.start;
      this.window = reveal(this.window, item.start, this.header.end);
      if (detailOf(this.header, this.window, this.width).kind === 'bins') {
        const half = Math.max(10_000, (item.end - item.start) * 2);
        this.window = clamp({ from: item.start - half, to: item.start + half }, this.header.end);
      }
    }
    this.reload();
    this.tellNow();
  }

  /** What a click means: the item that is there, or the moment. */
  choose(hit: Hit | null, us: number): void {
    if (hit?.kind === 'item') this.select(hit.tile.item(hit.row));
    else if (hit?.kind === 'bin')
      this.zoom(0.2, (us - this.window.from) / (this.window.to - this.window.from));
    else
      this.setCursor(
        hit?.kind === 'line' ? hit.line.t : hit?.kind === 'signal' ? hit.signal.t : us,
      );
  }

  /** As much as now, with a moment in it. */
  showAt(us: number): void {
    this.show(reveal(this.window, us, this.header.end));
  }

  /** Nothing is selected, and there is no cursor. */
  clear(): void {
    this.cursor = null;
    this.select(null);
  }

  /** Goes from what is selected to what is next to it. */
  go(direction: Direction): void {
    const { from, to } = this.window;
    const at = this.selectedItem ?? { lane: 0, start: this.cursor ?? (from + to) / 2, id: -1 };
    const next = neighbour(this.loaded.items, at, direction);
    if (next !== null) this.select(next);
  }

  /** What a link says, after the page has been opened. */
  follow({ window, finding, item }: LinkState): void {
    const told = finding !== this.finding;
    this.finding = finding;
    if (item?.id !== this.selected?.id || item?.apply !== this.selected?.apply) {
      [this.selected, this.selectedItem] = [item, null];
    }
    if (window !== null) this.show(window);
    else this.show(told ? this.windowOf(finding) : this.window);
    this.tellNow();
  }

  setCursor(us: number | null): void {
    this.cursor = us;
    if (us !== null) this.window = reveal(this.window, us, this.header.end);
    this.reload();
    this.tellNow();
  }

  setProfile(profile: string): void {
    this.profile = profile;
    this.reload();
    this.tellNow();
  }

  /** What is at a point of the picture; above its upper edge is the axis. */
  at(x: number, y: number): Hit | null {
    if (y < 0) return momentAt(x, this.scale, this.header.moments);
    const { items, bins, lines } = this.loaded;
    const { signals, consoles } = this.header;
    return hitTest(x, y, this.scale, this.bands, {
      items,
      bins,
      lines,
      signals,
      vms: consoles.vms,
    });
  }

  hover(hit: Hit | null): void {
    this.hovered = hit;
    this.repaint();
  }

  retry(): void {
    this.tiles.retry();
    this.tellNow();
  }

  private windowOf(finding: number | null): Window {
    const told = this.header.findings.find((one) => one.finding === finding);
    if (told === undefined) {
      const { start, end } = this.header.focus;
      return { from: start, to: end };
    }
    return fit(told, this.header.end);
  }

  private reload(): void {
    this.loaded = this.tiles.show(this.window, this.width);
    this.findSelected();
    this.repaint();
    if (this.rest !== null) clearTimeout(this.rest);
    this.rest = setTimeout(() => this.tellNow(), restMs);
  }

  /** An item that was named by a link alone is known once its tile is there. */
  private findSelected(): void {
    const { selected } = this;
    if (selected === null || this.selectedItem !== null) return;
    for (const tile of this.loaded.items) {
      const row = tile.find(selected.apply, selected.id);
      if (row >= 0) this.selectedItem = tile.item(row);
    }
  }

  private tellNow(): void {
    if (this.rest !== null) clearTimeout(this.rest);
    this.rest = null;
    this.snapshot = this.makeSnapshot();
    for (const listener of this.listeners) listener();
    this.tellLink?.(this.link);
  }

  private makeSnapshot(): Snapshot {
    const { window, loaded, finding, selectedItem: selected, cursor, profile } = this;
    const { waiting, problem } = this.tiles;
    return { window, loaded, finding, selected, cursor, profile, waiting, problem };
  }
}
