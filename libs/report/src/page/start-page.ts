import type { ItemKind, ItemMark, Picture, Story } from '../picture/picture.js';
import type { decodeItems } from './decode-items.js';
import type { describeBar } from './describe-bar.js';
import type { describeSpot } from './describe-spot.js';
import type { PageCanvas, PageElement, PageSelect, PageWindow } from './dom.js';
import type { DrawTools, drawPicture } from './draw-picture.js';
import type { findSpot } from './find-spot.js';
import type { latencyDecades } from './latency-decades.js';
import type { listenToButtons } from './listen-to-buttons.js';
import type { listenToConsoles } from './listen-to-consoles.js';
import type { listenToKeys } from './listen-to-keys.js';
import type { listenToPointers } from './listen-to-pointers.js';
import type { msText } from './ms-text.js';
import type { packRows } from './pack-rows.js';
import type { placePanels } from './place-panels.js';
import type { Content, Line, Spot, Theme, themeColours } from './scene.js';
import type { Stage } from './stage.js';

export interface PageTools extends DrawTools {
  decodeItems: typeof decodeItems;
  describeBar: typeof describeBar;
  describeSpot: typeof describeSpot;
  drawPicture: typeof drawPicture;
  findSpot: typeof findSpot;
  latencyDecades: typeof latencyDecades;
  msText: typeof msText;
  listenToButtons: typeof listenToButtons;
  listenToConsoles: typeof listenToConsoles;
  listenToKeys: typeof listenToKeys;
  listenToPointers: typeof listenToPointers;
  packRows: typeof packRows;
  placePanels: typeof placePanels;
  kinds: readonly ItemKind[];
  marks: readonly ItemMark[];
  colours: typeof themeColours;
}

/** Brings the timeline picture to life. Runs in the browser. */
export function startPage(window: PageWindow, tools: PageTools): void {
  const { document } = window;
  const byId = (id: string): PageElement => {
    const element = document.getElementById(id);
    if (!element) throw new Error(`the page has no element ${id}`);
    return element;
  };
  const canvas = byId('picture') as PageCanvas;
  const tooltip = byId('tooltip');
  const profile = byId('profile') as PageSelect;
  const context = canvas.getContext('2d');
  if (!context) return;
  const brush = context;

  const lines = readLines();
  const content = readContent();
  const { picture, layout } = content;
  let width = 0;
  let from = picture.focus.start;
  let to = picture.focus.end;
  let selected: Story | null = null;
  let hovered: Spot | null = null;
  let cursor: number | null = null;
  let theme = readTheme();
  let queued = false;

  const stage: Stage = {
    content,
    canvas,
    view: () => ({ from, to, width }),
    show,
    zoom(factor, atX) {
      const at = from + (atX / width) * (to - from);
      show(at - (at - from) * factor, at + (to - at) * factor);
    },
    pan(pixels) {
      const by = (pixels / width) * (to - from);
      show(from + by, to + by);
    },
    point,
    pointed: () => hovered,
    select,
    step,
    cursor: () => cursor,
    setCursor,
    reveal(t) {
      const half = (to - from) / 2;
      if (t < from || t > to) show(t - half, t + half);
    },
    say: (text) => (byId('spoken').textContent = text),
  };
  const consoleList = tools.listenToConsoles(window, stage, lines, tools);
  tools.listenToPointers(stage, tools);
  tools.listenToKeys(stage, tools);
  tools.listenToButtons(window, stage);
  profile.addEventListener('change', redraw);
  canvas.style['height'] = `${layout.height}px`;
  new window.ResizeObserver(resize).observe(canvas);
  window.matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => {
    theme = readTheme();
    redraw();
  });
  resize();

  /** The lines of the consoles, from the list that the page has of them. */
  function readLines(): Line[] {
    return [...document.querySelectorAll<PageElement>('#console-lines > li')].map(
      ({ dataset, lastElementChild }, index) => ({
        t: Number(dataset['t']),
        vm: dataset['vm'] ?? '',
        text: lastElementChild?.textContent ?? '',
        index,
      }),
    );
  }

  function readContent(): Content {
    const picture = JSON.parse(byId('picture-data').textContent ?? '') as Picture;
    const bars = tools.decodeItems(
      window.atob(picture.items),
      picture.itemCount,
      tools.kinds,
      tools.marks,
    );
    const packed = tools.packRows(bars, picture.lanes.length, 12);
    const io = bars.filter(({ kind }) => kind !== 'admin' && kind !== 'apply');
    const consoles = [...document.querySelectorAll<PageElement>('[data-console]')].map(
      ({ dataset }) => {
        const vm = dataset['console'] ?? '';
        return { vm, lines: lines.filter((line) => line.vm === vm) };
      },
    );
    return {
      picture,
      bars,
      packed,
      marked: bars.filter(({ mark }) => mark !== 'none'),
      io,
      decades: tools.latencyDecades(io),
      consoles,
      layout: tools.placePanels(picture, packed, consoles.length),
    };
  }

  function readTheme(): Theme {
    const style = window.getComputedStyle(document.documentElement);
    return Object.fromEntries(
      tools.colours.map((name) => [name, style.getPropertyValue(`--${name}`).trim()]),
    ) as Theme;
  }

  function resize(): void {
    const ratio = window.devicePixelRatio || 1;
    width = canvas.clientWidth;
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(layout.height * ratio);
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
    const { value } = profile;
    consoleList.span(from, to);
    tools.drawPicture(
      { ...content, brush, width, from, to, profile: value, selected, hovered, cursor, theme },
      tools,
    );
  }

  function show(start: number, end: number): void {
    const least = 20;
    const longest = Math.max(picture.end, ...picture.fences.map((f) => f.end)) + 200_000;
    const span = Math.min(longest, Math.max(least, end - start));
    const middle = (start + end) / 2;
    from = Math.min(Math.max(0, middle - span / 2), Math.max(0, longest - span));
    to = from + span;
    redraw();
  }

  function step(by: number): void {
    const count = picture.stories.length;
    if (count === 0) return;
    const now = selected ? picture.stories.indexOf(selected) : by > 0 ? -1 : 0;
    select(picture.stories[(now + by + count) % count] ?? null, true);
  }

  function select(story: Story | null, zoomed: boolean): void {
    selected = story;
    byId('picture-status').textContent = story
      ? `finding ${story.finding + 1} of ${picture.stories.length}${story.lba === null ? '' : `, LBA ${story.lba}`}`
      : '';
    caption(story);
    if (story && zoomed) {
      const pad = Math.max(500, (story.end - story.start) * 0.06);
      show(story.start - pad, story.end + pad);
    } else {
      redraw();
    }
  }

  /** The sentence of the finding that is shown, as a link to its place in the page. */
  function caption(story: Story | null): void {
    const place = document.getElementById('picture-caption');
    if (!place) return;
    if (!story) {
      place.replaceChildren(place.dataset['nothing'] ?? '');
      return;
    }
    const link = document.createElement('a');
    link.setAttribute('href', `#finding-${story.finding}`);
    link.textContent = document.getElementById(`sentence-${story.finding}`)?.textContent ?? '';
    place.replaceChildren(link);
  }

  function setCursor(t: number | null, line?: number): void {
    cursor = t;
    byId('cursor-status').textContent = t === null ? '' : `cursor at ${tools.msText(t)}`;
    consoleList.follow(t, line);
    redraw();
  }

  function point(spot: Spot | null, px: number, py: number): string {
    hovered = spot;
    redraw();
    tooltip.hidden = spot === null;
    if (!spot) return '';
    const { title, rows } = tools.describeSpot(spot, picture, tools);
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
    const left = px + 14 + tooltip.offsetWidth > width ? px - tooltip.offsetWidth - 14 : px + 14;
    tooltip.style['left'] = `${Math.max(0, left)}px`;
    tooltip.style['top'] =
      `${Math.min(py + 14, Math.max(0, layout.height - tooltip.offsetHeight))}px`;
    return [title, ...rows.map(([name, value]) => `${name} ${value}`)].join(', ');
  }
}
