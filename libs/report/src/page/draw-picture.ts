import type { Picture, Story } from '../picture/picture.js';
import type { Bar } from './decode-items.js';
import type { Brush } from './dom.js';
import type { firstVisible } from './first-visible.js';
import type { PackedLane } from './pack-rows.js';
import type { timeTicks } from './time-ticks.js';

/** Colours by name, as the style sheet gives them for light or dark. */
export type Theme = Record<
  | 'text'
  | 'muted'
  | 'grid'
  | 'surface'
  | 'lane'
  | 'write'
  | 'read'
  | 'other'
  | 'admin'
  | 'apply'
  | 'held'
  | 'open'
  | 'stale'
  | 'destroyed'
  | 'cited'
  | 'fault'
  | 'fence'
  | 'giveup',
  string
>;

/** Where a lane stands, in pixels from the top. */
export interface LanePlace {
  top: number;
  height: number;
  rowHeight: number;
}

export interface Scene {
  brush: Brush;
  width: number;
  height: number;
  /** Times at the left and the right edge. */
  from: number;
  to: number;
  picture: Picture;
  bars: readonly Bar[];
  packed: readonly PackedLane[];
  places: readonly LanePlace[];
  /** Height of the strip with the faults' names, and of the axis below all lanes. */
  strip: number;
  profile: string;
  selected: Story | null;
  hovered: Bar | null;
  theme: Theme;
}

/** The functions that drawing leans on. */
export interface DrawTools {
  firstVisible: typeof firstVisible;
  timeTicks: typeof timeTicks;
}

/**
 * Draws the whole picture once. A row's bars that fall into one column of pixels are drawn as one, so the
 * cost depends on the width of the picture and not on the number of commands. Runs in the browser.
 */
export function drawPicture(scene: Scene, tools: DrawTools): void {
  const { brush: b, width, height, from, to, picture, places, theme } = scene;
  const axis = 22;
  const bottom = height - axis;
  const x = (t: number): number => ((t - from) / (to - from)) * width;
  const font = '11px system-ui, sans-serif';
  const laneOf = (lane: number) => places[lane] ?? { top: 0, height: 0, rowHeight: 0 };
  const barY = (bar: Bar): number => {
    const place = laneOf(bar.lane);
    return place.top + 18 + bar.row * place.rowHeight;
  };

  const inFocus = scene.selected && new Set(itemsOf(scene.selected));

  b.clearRect(0, 0, width, height);
  b.font = font;
  b.textBaseline = 'middle';
  drawGrid();
  drawFaults();
  drawFences();
  picture.lanes.forEach((_, lane) => drawBars(lane));
  drawStories();
  drawLabels();
  drawMoments();
  if (scene.hovered) outline(scene.hovered, theme.text);

  function itemsOf(story: Story): (Bar | null)[] {
    const places = [story.original, story.newer, story.apply, story.newerApply];
    return places.map((i) => (i === null ? null : (scene.bars[i] ?? null)));
  }

  function drawGrid(): void {
    places.forEach((place) => {
      b.fillStyle = theme.lane;
      b.fillRect(0, place.top, width, place.height);
    });
    b.strokeStyle = theme.grid;
    b.lineWidth = 1;
    b.textAlign = 'center';
    for (const tick of tools.timeTicks(from, to, width, 90)) {
      const at = Math.round(x(tick.t)) + 0.5;
      b.beginPath();
      b.moveTo(at, scene.strip);
      b.lineTo(at, bottom + 4);
      b.stroke();
      b.fillStyle = theme.muted;
      if (at > 18 && at < width - 18) b.fillText(tick.label, at, bottom + 13);
    }
  }

  function drawFaults(): void {
    const rowEnds: number[] = [];
    picture.faults.forEach((fault) => {
      const left = x(fault.start);
      const right = x(fault.end);
      if (right < 0 || left > width) return;
      b.fillStyle = theme.fault;
      b.globalAlpha = 0.22;
      for (const lane of fault.lanes) {
        const place = laneOf(lane);
        b.fillRect(left, place.top, Math.max(1, right - left), place.height);
      }
      b.globalAlpha = 0.5;
      b.strokeStyle = theme.fault;
      b.setLineDash([3, 3]);
      for (const edge of [left, right]) {
        b.beginPath();
        b.moveTo(edge, scene.strip);
        b.lineTo(edge, bottom);
        b.stroke();
      }
      b.setLineDash([]);
      b.globalAlpha = 1;
      let row = rowEnds.findIndex((end) => end <= left);
      if (row < 0) row = rowEnds.push(0) - 1;
      rowEnds[row] = right;
      const y = 2 + row * 18;
      if (y + 16 > scene.strip) return;
      b.globalAlpha = 0.35;
      b.fillRect(left, y, Math.max(2, right - left), 16);
      b.globalAlpha = 1;
      b.save();
      b.beginPath();
      b.rect(Math.max(0, left), y, Math.max(2, right - Math.max(0, left)), 16);
      b.clip();
      b.fillStyle = theme.text;
      b.textAlign = 'left';
      b.fillText(fault.label, Math.max(0, left) + 5, y + 8.5);
      b.restore();
    });
  }

  function drawFences(): void {
    for (const fence of picture.fences) {
      if (fence.lane < 0 || fence.profile !== scene.profile) continue;
      const place = laneOf(fence.lane);
      const left = x(fence.start);
      const right = x(fence.end);
      b.fillStyle = theme.fence;
      b.globalAlpha = 0.2;
      b.fillRect(left, place.top, Math.max(1, right - left), place.height);
      b.globalAlpha = 1;
      // Slanting lines tell the fence from a fault without colour.
      b.save();
      b.beginPath();
      b.rect(
        Math.max(0, left),
        place.top,
        Math.max(0, Math.min(width, right) - Math.max(0, left)),
        place.height,
      );
      b.clip();
      b.strokeStyle = theme.fence;
      b.globalAlpha = 0.28;
      b.beginPath();
      const last = Math.min(width, right) + place.height;
      for (let at = Math.max(0, left) - (Math.max(0, left) % 12); at < last; at += 12) {
        b.moveTo(at, place.top);
        b.lineTo(at - place.height, place.top + place.height);
      }
      b.stroke();
      b.restore();
      b.strokeStyle = theme.giveup;
      b.lineWidth = 1.5;
      b.beginPath();
      b.moveTo(left, place.top);
      b.lineTo(left, place.top + place.height);
      b.stroke();
      b.lineWidth = 1;
      b.textAlign = 'left';
      b.fillStyle = theme.giveup;
      const label =
        fence.end > fence.start
          ? `given up; fence ends at ${(fence.end / 1e6).toFixed(1)} s by ${fence.by}`
          : 'given up; no fence';
      const room = b.measureText(label).width;
      const at = Math.max(left, 0) + 5;
      if (right > 0 && left < width)
        b.fillText(label, Math.min(at, width - room - 4), place.top + place.height - 8);
    }
  }

  function drawBars(lane: number): void {
    const place = laneOf(lane);
    const thick = Math.max(2, place.rowHeight - 2);
    for (const row of scene.packed[lane]?.rows ?? []) {
      let drawnTo = -1;
      let drawnColour = '';
      for (let i = tools.firstVisible(row, from); i < row.length; i++) {
        const bar = row[i]!;
        if (bar.start > to) break;
        const left = Math.max(-2, x(bar.start));
        const right = Math.min(width + 2, x(bar.end));
        const colour = colourOf(bar);
        if (bar.mark === 'none' && right <= drawnTo && colour === drawnColour) continue;
        drawnTo = Math.ceil(right);
        drawnColour = colour;
        drawBar(bar, left, Math.max(1, right - left), barY(bar), thick, colour);
      }
    }
  }

  function drawBar(bar: Bar, left: number, w: number, y: number, h: number, colour: string): void {
    b.fillStyle = colour;
    if (bar.open || bar.held) {
      // A hollow bar: nothing had come back, or nothing had been written yet.
      b.globalAlpha = 0.3;
      b.fillRect(left, y, w, h);
      b.globalAlpha = 1;
      b.strokeStyle = colour;
      if (w > 3) b.strokeRect(left + 0.5, y + 0.5, w - 1, h - 1);
      b.fillRect(left, y, Math.min(3, w), h);
      if (bar.held && !bar.open) {
        // Where it landed.
        if (bar.mark === 'stale' && (!inFocus || inFocus.has(bar))) b.fillStyle = theme.stale;
        b.fillRect(left + w - 3, y - 1, 4, h + 2);
      }
      if (bar.open && w > 8) {
        // An open end: the bar runs out in a point.
        b.beginPath();
        b.moveTo(left + w, y - 1);
        b.lineTo(left + w + 5, y + h / 2);
        b.lineTo(left + w, y + h + 1);
        b.closePath();
        b.fill();
      }
      return;
    }
    b.fillRect(left, y, w, h);
  }

  function colourOf(bar: Bar): string {
    // While one finding is shown, only what belongs to it is set off.
    if (!inFocus || inFocus.has(bar)) {
      if (bar.mark === 'stale' && !bar.held) return theme.stale;
      if (bar.mark === 'destroyed') return theme.destroyed;
      if (bar.mark === 'cited' && !bar.held && !bar.open) return theme.cited;
    }
    if (bar.held) return theme.held;
    return bar.open ? theme.open : theme[bar.kind];
  }

  function drawStories(): void {
    const shown = scene.selected
      ? [scene.selected]
      : picture.stories.filter((story) => story.apply !== null);
    for (const story of shown) {
      b.globalAlpha = scene.selected ? 1 : shown.length > 3 ? 0.45 : 0.8;
      const ends = itemsOf(story);
      const [original, newer, apply, newerApply] = ends;
      if (original && apply) connect(original, original.start, apply, apply.end, theme.stale);
      if (newer && newerApply)
        connect(newer, newer.start, newerApply, newerApply.end, theme.destroyed);
      if (original && newer && !apply)
        connect(original, original.start, newer, newer.start, theme.cited);
      if (apply && newerApply) connect(apply, apply.end, newerApply, newerApply.end, theme.stale);
      if (apply) ring(apply, apply.end);
      b.globalAlpha = 1;
      if (scene.selected) {
        for (const bar of ends) if (bar) outline(bar, theme.text);
      }
    }
  }

  function connect(a: Bar, at: number, c: Bar, to: number, colour: string): void {
    const half = laneOf(a.lane).rowHeight / 2;
    const [x1, y1, x2, y2] = [x(at), barY(a) + half, x(to), barY(c) + half];
    b.strokeStyle = colour;
    b.lineWidth = 1.5;
    b.beginPath();
    b.moveTo(x1, y1);
    const bend = Math.min(80, Math.abs(x2 - x1) / 2 + 10);
    b.bezierCurveTo(x1 + bend, y1 + (y2 - y1) * 0.1, x2 - bend, y2 - (y2 - y1) * 0.1, x2, y2);
    b.stroke();
    b.lineWidth = 1;
  }

  function ring(bar: Bar, t: number): void {
    b.strokeStyle = theme.stale;
    b.lineWidth = 2;
    b.beginPath();
    b.arc(x(t), barY(bar) + laneOf(bar.lane).rowHeight / 2, 6, 0, 2 * Math.PI);
    b.stroke();
    b.lineWidth = 1;
  }

  function outline(bar: Bar, colour: string): void {
    const left = x(bar.start);
    b.strokeStyle = colour;
    b.lineWidth = 1.5;
    b.strokeRect(
      left - 2,
      barY(bar) - 2,
      Math.max(2, x(bar.end) - left) + 4,
      Math.max(2, laneOf(bar.lane).rowHeight - 2) + 4,
    );
    b.lineWidth = 1;
  }

  function drawLabels(): void {
    b.textAlign = 'left';
    picture.lanes.forEach((lane, i) => {
      const place = laneOf(i);
      b.font = `600 ${font}`;
      const room = b.measureText(lane.label).width;
      b.fillStyle = theme.surface;
      b.globalAlpha = 0.75;
      b.fillRect(4, place.top + 2, room + 8, 15);
      b.globalAlpha = 1;
      b.fillStyle = theme.text;
      b.fillText(lane.label, 8, place.top + 10);
      b.font = font;
    });
  }

  function drawMoments(): void {
    for (const moment of picture.moments) {
      const at = x(moment.t);
      if (at < 0 || at > width) continue;
      b.fillStyle = theme.text;
      b.beginPath();
      b.moveTo(at - 4, bottom + 5);
      b.lineTo(at + 4, bottom + 5);
      b.lineTo(at, bottom - 2);
      b.closePath();
      b.fill();
    }
  }
}
