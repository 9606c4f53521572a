import type { ItemKind, ItemMark, Picture, Story } from '../picture/picture.js';
import type { Bar, decodeItems } from './decode-items.js';
import type { describeBar } from './describe-bar.js';
import type { PageCanvas, PageElement, PageEvent, PageSelect, PageWindow } from './dom.js';
import type { DrawTools, drawPicture, LanePlace, Theme } from './draw-picture.js';
import type { packRows } from './pack-rows.js';

export interface PageTools extends DrawTools {
  decodeItems: typeof decodeItems;
  packRows: typeof packRows;
  describeBar: typeof describeBar;
  drawPicture: typeof drawPicture;
  kinds: readonly ItemKind[];
  marks: readonly ItemMark[];
}

/** Brings the timeline picture to life: zoom, pan, tooltips, findings. Runs in the browser. */
export function startPage(window: PageWindow, tools: PageTools): void {
  const { document } = window;
  const byId = (id: string): PageElement => {
    const element = document.getElementById(id);
    if (!element) throw new Error(`the page has no element ${id}`);
    return element;
  };
  const picture = JSON.parse(byId('picture-data').textContent ?? '') as Picture;
  const bars = tools.decodeItems(
    window.atob(picture.items),
    picture.itemCount,
    tools.kinds,
    tools.marks,
  );
  const packed = tools.packRows(bars, picture.lanes.length, 12);
  const canvas = byId('picture') as PageCanvas;
  const tooltip = byId('tooltip');
  const profile = byId('profile') as PageSelect;
  const context = canvas.getContext('2d');
  if (!context) return;
  const brush = context;

  const strip = 2 + 18 * Math.min(3, mostAtOnce(picture.faults));
  const places = place();
  const height = (places.at(-1)?.top ?? 0) + (places.at(-1)?.height ?? 0) + 6 + 22;
  let width = 0;
  let from = picture.focus.start;
  let to = picture.focus.end;
  let selected: Story | null = null;
  let hovered: Bar | null = null;
  let theme = readTheme();
  let queued = false;

  canvas.style.height = `${height}px`;
  new window.ResizeObserver(resize).observe(canvas);
  window.matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => {
    theme = readTheme();
    redraw();
  });
  profile.addEventListener('change', redraw);
  listenToPointers();
  listenToKeys();
  listenToButtons();
  resize();

  /** How many faults are in force at the same time, at most. */
  function mostAtOnce(spans: readonly { start: number; end: number }[]): number {
    return spans.reduce(
      (most, a) =>
        Math.max(most, spans.filter((c) => c.start <= a.start && a.start < c.end).length),
      0,
    );
  }

  function place(): LanePlace[] {
    let top = strip + 4;
    return packed.map(({ rows }) => {
      const rowHeight = rows.length > 8 ? 7 : 10;
      const laneHeight = 18 + Math.max(2, rows.length) * rowHeight + 16;
      const lane = { top, height: laneHeight, rowHeight };
      top += laneHeight + 5;
      return lane;
    });
  }

  function readTheme(): Theme {
    const style = window.getComputedStyle(document.documentElement);
    const names = [
      'text',
      'muted',
      'grid',
      'surface',
      'lane',
      'write',
      'read',
      'other',
      'admin',
      'apply',
      'held',
      'open',
      'stale',
      'destroyed',
      'cited',
      'fault',
      'fence',
      'giveup',
    ];
    return Object.fromEntries(
      names.map((name) => [name, style.getPropertyValue(`--${name}`).trim()]),
    ) as Theme;
  }

  function resize(): void {
    const ratio = window.devicePixelRatio || 1;
    width = canvas.clientWidth;
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
    brush.setTransform(ratio, 0, 0, ratio, 0, 0);
    draw();
  }

  function redraw(): void {
    if (queued) return;
    queued = true;
    window.requestAnimationFrame(() => {
      queued = false;
      draw();
    });
  }

  function draw(): void {
    if (width === 0) return;
    tools.drawPicture(
      {
        brush,
        width,
        height,
        from,
        to,
        picture,
        bars,
        packed,
        places,
        strip,
        profile: profile.value,
        selected,
        hovered,
        theme,
      },
      tools,
    );
  }

  /** Shows another span of time, kept between 20 µs and the whole run. */
  function show(start: number, end: number): void {
    const least = 20;
    const longest = picture.end + 200_000;
    const span = Math.min(longest, Math.max(least, end - start));
    const middle = (start + end) / 2;
    from = Math.min(Math.max(0, middle - span / 2), Math.max(0, longest - span));
    to = from + span;
    redraw();
  }

  function zoom(factor: number, atX: number): void {
    const at = from + (atX / width) * (to - from);
    show(at - (at - from) * factor, at + (to - at) * factor);
  }

  function pan(pixels: number): void {
    const by = (pixels / width) * (to - from);
    show(from + by, to + by);
  }

  function listenToPointers(): void {
    const pointers = new Map<number, { x: number; y: number }>();
    const inside = (event: PageEvent) => {
      const box = canvas.getBoundingClientRect();
      return { x: event.clientX - box.left, y: event.clientY - box.top };
    };
    const gap = (): number => {
      const [a, c] = [...pointers.values()];
      return a && c ? Math.max(10, Math.abs(a.x - c.x)) : 0;
    };
    canvas.addEventListener('pointerdown', (event) => {
      canvas.setPointerCapture(event.pointerId);
      pointers.set(event.pointerId, inside(event));
      canvas.focus({ preventScroll: true });
    });
    canvas.addEventListener('pointermove', (event) => {
      const point = inside(event);
      const before = pointers.get(event.pointerId);
      if (!before) {
        hover(point.x, point.y);
        return;
      }
      const wide = gap();
      pointers.set(event.pointerId, point);
      if (pointers.size === 2) zoom(wide / gap(), point.x);
      else pan(before.x - point.x);
      hideTooltip();
    });
    for (const type of ['pointerup', 'pointercancel']) {
      canvas.addEventListener(type, (event) => {
        pointers.delete(event.pointerId);
        if (type === 'pointerup') hover(inside(event).x, inside(event).y);
      });
    }
    canvas.addEventListener('pointerleave', hideTooltip);
    let active = false;
    canvas.addEventListener('focus', () => (active = true));
    canvas.addEventListener('blur', () => (active = false));
    canvas.addEventListener(
      'wheel',
      (event) => {
        // Until the picture is clicked the wheel scrolls the page, as a reader expects.
        if (!active && !event.ctrlKey && !event.metaKey) return;
        event.preventDefault();
        if (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
          pan(event.deltaX || event.deltaY);
        } else {
          zoom(Math.exp(Math.max(-1, Math.min(1, event.deltaY / 300))), inside(event).x);
        }
      },
      { passive: false },
    );
    canvas.addEventListener('dblclick', (event) => zoom(0.4, inside(event).x));
  }

  function listenToKeys(): void {
    canvas.addEventListener('keydown', (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const known: Record<string, () => void> = {
        ArrowLeft: () => pan(-width / 8),
        ArrowRight: () => pan(width / 8),
        '+': () => zoom(0.7, width / 2),
        '=': () => zoom(0.7, width / 2),
        '-': () => zoom(1 / 0.7, width / 2),
        Home: () => show(picture.focus.start, picture.focus.end),
        '0': () => show(0, picture.end),
        n: () => step(1),
        p: () => step(-1),
        Escape: () => select(null),
      };
      const action = known[event.key];
      if (!action) return;
      event.preventDefault();
      action();
    });
  }

  function step(by: number): void {
    const count = picture.stories.length;
    if (count === 0) return;
    const now = selected ? picture.stories.indexOf(selected) : by > 0 ? -1 : 0;
    select(picture.stories[(now + by + count) % count] ?? null);
  }

  /** Shows one finding alone, zoomed to it; none shows them all again. */
  function select(story: Story | null): void {
    selected = story;
    byId('picture-status').textContent = story
      ? `finding ${story.finding + 1} of ${picture.stories.length}${story.lba === null ? '' : `, LBA ${story.lba}`}`
      : '';
    if (!story) {
      redraw();
      return;
    }
    const pad = Math.max(500, (story.end - story.start) * 0.06);
    show(story.start - pad, story.end + pad);
  }

  function listenToButtons(): void {
    const actions: Record<string, () => void> = {
      in: () => zoom(0.5, width / 2),
      out: () => zoom(2, width / 2),
      workload: () => {
        select(null);
        show(picture.focus.start, picture.focus.end);
      },
      all: () => {
        select(null);
        show(0, picture.end);
      },
      next: () => step(1),
    };
    for (const button of document.querySelectorAll('[data-view]')) {
      button.addEventListener('click', () => actions[button.dataset['view'] ?? '']?.());
    }
    for (const button of document.querySelectorAll('[data-finding]')) {
      button.addEventListener('click', () => {
        const story = picture.stories.find((s) => s.finding === Number(button.dataset['finding']));
        select(story ?? null);
        byId('timeline').scrollIntoView({ block: 'start' });
        canvas.focus({ preventScroll: true });
      });
    }
    for (const button of document.querySelectorAll('[data-at]')) {
      button.addEventListener('click', () => {
        const at = Number(button.dataset['at']);
        show(at - 20_000, at + 20_000);
        byId('timeline').scrollIntoView({ block: 'start' });
      });
    }
  }

  /** The bar under a point, or the nearest one within a few pixels of it. */
  function barAt(px: number, py: number): Bar | null {
    const lane = places.findIndex((p) => py >= p.top && py < p.top + p.height);
    const { top, rowHeight } = places[lane] ?? { top: 0, rowHeight: 1 };
    const row = packed[lane]?.rows[Math.floor((py - top - 18) / rowHeight)];
    if (!row) return null;
    const perPixel = (to - from) / width;
    const t = from + px * perPixel;
    let best: Bar | null = null;
    let bestGap = 5 * perPixel;
    for (let i = tools.firstVisible(row, t - bestGap); i < row.length; i++) {
      const bar = row[i]!;
      if (bar.start > t + bestGap) break;
      const distance = Math.max(0, bar.start - t, t - bar.end);
      if (distance < bestGap || (distance === bestGap && bar.mark !== 'none')) {
        best = bar;
        bestGap = distance;
      }
    }
    return best;
  }

  function hover(px: number, py: number): void {
    const bar = barAt(px, py);
    if (bar !== hovered) {
      hovered = bar;
      redraw();
    }
    if (!bar) {
      tooltip.hidden = true;
      return;
    }
    const { title, rows } = tools.describeBar(bar, picture);
    const head = document.createElement('strong');
    head.textContent = title;
    const list = document.createElement('dl');
    for (const [name, value] of rows) {
      const term = document.createElement('dt');
      const text = document.createElement('dd');
      term.textContent = name;
      text.textContent = value;
      list.append(term, text);
    }
    tooltip.replaceChildren(head, list);
    tooltip.hidden = false;
    const left = px + 14 + tooltip.offsetWidth > width ? px - tooltip.offsetWidth - 14 : px + 14;
    tooltip.style['left'] = `${Math.max(0, left)}px`;
    tooltip.style['top'] = `${Math.min(py + 14, Math.max(0, height - tooltip.offsetHeight))}px`;
  }

  function hideTooltip(): void {
    tooltip.hidden = true;
    if (!hovered) return;
    hovered = null;
    redraw();
  }
}
