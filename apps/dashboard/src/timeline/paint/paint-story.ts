import type { IndexedFinding, ItemPlace } from '@fenceline/report/timeline';
import { storyPoints, toneOf } from '../view/story-points.js';
import { font, type Scene } from './scene.js';

/**
 * The finding that is told: where the stale write was sent and where it landed, what it destroyed, and the steps of the
 * witness by their numbers. All other findings with a stale write have their line too, faintly.
 */
export function paintStory(scene: Scene): void {
  const { header, finding } = scene;
  const others = header.findings.filter((one) => one !== finding && roleOf(one, 'apply'));
  for (const other of others) joinStale(scene, other, 0.3);
  if (finding === null) return;
  for (const place of finding.places) setOff(scene, place);
  joinStale(scene, finding, 1);
  paintSteps(scene, finding);
}

function roleOf(finding: IndexedFinding, role: ItemPlace['role']): ItemPlace | undefined {
  return finding.places.find((place) => place.role === role);
}

/** Its bar stands out from all others of its colour. */
function setOff({ brush, theme, scale, bands }: Scene, place: ItemPlace): void {
  const band = bands.ofLane[place.lane]!;
  const left = Math.max(-4, scale.x(place.start));
  const width = Math.max(3, Math.min(scale.width + 4, scale.x(place.end)) - left);
  const y = band.items + place.row * band.rowHeight;
  brush.fillStyle = brush.strokeStyle = theme[toneOf(place)];
  brush.globalAlpha = 0.5;
  brush.fillRect(left, y, width, band.rowHeight - 2);
  brush.globalAlpha = 1;
  brush.lineWidth = 2;
  brush.strokeRect(left, y, width, band.rowHeight - 2);
}

interface Point {
  x: number;
  y: number;
}

function pointOf({ scale, bands }: Scene, place: ItemPlace, at: 'start' | 'end'): Point {
  const band = bands.ofLane[place.lane]!;
  return {
    x: scale.x(place[at]),
    y: band.items + place.row * band.rowHeight + (band.rowHeight - 2) / 2,
  };
}

function joinStale(scene: Scene, finding: IndexedFinding, alpha: number): void {
  const { brush, theme } = scene;
  const [original, apply] = [roleOf(finding, 'original'), roleOf(finding, 'apply')];
  const [newer, newerApply] = [roleOf(finding, 'newer'), roleOf(finding, 'newerApply')];
  brush.globalAlpha = alpha;
  if (original && apply) {
    curve(scene, pointOf(scene, original, 'start'), pointOf(scene, apply, 'start'), theme.stale, 1);
  }
  if (newer && newerApply) {
    curve(
      scene,
      pointOf(scene, newer, 'start'),
      pointOf(scene, newerApply, 'end'),
      theme.destroyed,
      1,
    );
  }
  if (original && newer && !apply) {
    curve(
      scene,
      pointOf(scene, original, 'start'),
      pointOf(scene, newer, 'start'),
      theme.cited,
      1.25,
    );
  }
  if (apply && newerApply) {
    destroys(scene, apply, newerApply, alpha);
    if (alpha === 1) onMedium(scene, apply, newerApply);
  }
  brush.globalAlpha = 1;
}

function curve({ brush }: Scene, a: Point, b: Point, colour: string, width: number): void {
  const bend = Math.min(80, Math.abs(b.x - a.x) / 2 + 8);
  brush.strokeStyle = colour;
  brush.lineWidth = width;
  brush.beginPath();
  brush.moveTo(a.x, a.y);
  brush.bezierCurveTo(
    a.x + bend,
    a.y + (b.y - a.y) * 0.1,
    b.x - bend,
    b.y - (b.y - a.y) * 0.1,
    b.x,
    b.y,
  );
  brush.stroke();
}

/** From where the stale write landed to the write that it destroyed. */
function destroys(scene: Scene, apply: ItemPlace, newerApply: ItemPlace, alpha: number): void {
  const { brush, theme } = scene;
  const from = pointOf(scene, apply, 'end');
  const to = pointOf(scene, newerApply, 'end');
  brush.strokeStyle = theme.stale;
  brush.fillStyle = theme.stale;
  brush.lineWidth = alpha === 1 ? 2.5 : 1;
  line(scene, from, to);
  brush.beginPath();
  brush.arc(from.x, from.y, alpha === 1 ? 7 : 4, 0, 2 * Math.PI);
  brush.stroke();
}

/** The same two on the medium, where one is written over the other. */
function onMedium(scene: Scene, apply: ItemPlace, newerApply: ItemPlace): void {
  const { brush, theme, bands, scale } = scene;
  const band = bands.list.find(({ kind }) => kind === 'medium');
  if (band === undefined) return;
  const middle = band.items + band.rowHeight / 2;
  const [from, to] = [scale.x(apply.end), scale.x(newerApply.end)];
  for (const [x, colour] of [
    [to, theme.destroyed],
    [from, theme.stale],
  ] as const) {
    brush.fillStyle = colour;
    brush.fillRect(x - 1.5, band.items - 4, 3, band.rowHeight + 8);
  }
  brush.strokeStyle = theme.stale;
  brush.fillStyle = theme.stale;
  brush.lineWidth = 2.5;
  line(scene, { x: from, y: middle }, { x: to, y: middle });
  brush.font = font(11, 600);
  brush.textBaseline = 'middle';
  if (from - to >= 90) plate(scene, 'overwrites', (from + to) / 2, middle);
  else {
    const text = 'the stale write over the newer one';
    const half = brush.measureText(text).width / 2 + 14;
    plate(scene, text, to > 2 * half ? to - half : from + half, middle);
  }
}

/** A text on a ground of its own. */
function plate({ brush, theme, scale }: Scene, text: string, at: number, middle: number): void {
  const room = brush.measureText(text).width + 10;
  const x = Math.min(scale.width - room / 2 - 4, Math.max(room / 2 + 4, at));
  brush.fillStyle = theme.band;
  brush.fillRect(x - room / 2, middle - 8, room, 16);
  brush.fillStyle = theme.stale;
  brush.textAlign = 'center';
  brush.fillText(text, x, middle + 0.5);
}

/** A line with an arrow's head, which ends a little before what it points at. */
function line({ brush }: Scene, from: Point, to: Point): void {
  const length = Math.hypot(to.x - from.x, to.y - from.y);
  if (length < 4) return;
  const [dx, dy] = [(to.x - from.x) / length, (to.y - from.y) / length];
  const tip = { x: to.x - dx * 3, y: to.y - dy * 3 };
  const neck = { x: to.x - dx * 12, y: to.y - dy * 12 };
  brush.beginPath();
  brush.moveTo(from.x, from.y);
  brush.lineTo(neck.x, neck.y);
  brush.stroke();
  brush.beginPath();
  brush.moveTo(tip.x, tip.y);
  brush.lineTo(neck.x - dy * 5, neck.y + dx * 5);
  brush.lineTo(neck.x + dy * 5, neck.y - dx * 5);
  brush.fill();
}

/** The steps of the witness by their numbers, each where it happened. */
function paintSteps(scene: Scene, finding: IndexedFinding): void {
  const { brush, theme, scale } = scene;
  const taken: Point[] = [];
  brush.font = font(10, 700);
  brush.textAlign = 'center';
  brush.textBaseline = 'middle';
  for (const { number, place, at, tone } of storyPoints(finding)) {
    const { x, y } = pointOf(scene, place, at);
    if (x < -8 || x > scale.width + 8) continue;
    const badge = { x: Math.min(scale.width - 10, Math.max(10, x)), y: y - 13 };
    while (taken.some((other) => Math.hypot(other.x - badge.x, other.y - badge.y) < 15))
      badge.x += 16;
    taken.push({ ...badge });
    brush.beginPath();
    brush.roundRect(badge.x - 8.5, badge.y - 7.5, 17, 15, 7.5);
    brush.fillStyle = theme[tone];
    brush.fill();
    brush.lineWidth = 1.5;
    brush.strokeStyle = theme.band;
    brush.stroke();
    brush.fillStyle = theme.ground;
    brush.fillText(`${number}`, badge.x, badge.y + 0.5);
  }
}
