/**
 * The little of a browser that the page uses, as types. The functions of this folder are sent to the
 * browser as their own text: each stands by itself, takes what it needs as arguments and imports nothing
 * but types. So they are checked, linted and tested like everything else, and the rest of the workspace
 * does not see a browser's globals.
 */
export interface PageElement {
  textContent: string | null;
  hidden: boolean;
  tabIndex: number;
  dataset: Record<string, string | undefined>;
  style: Record<string, string>;
  clientWidth: number;
  offsetWidth: number;
  offsetHeight: number;
  offsetTop: number;
  clientHeight: number;
  scrollTop: number;
  lastElementChild: PageElement | null;
  classList: { toggle(name: string, on: boolean): void };
  closest(selector: string): PageElement | null;
  focus(options?: { preventScroll: boolean }): void;
  append(...children: (PageElement | string)[]): void;
  replaceChildren(...children: (PageElement | string)[]): void;
  setAttribute(name: string, value: string): void;
  getBoundingClientRect(): { left: number; top: number; width: number; height: number };
  scrollIntoView(options: { block: string; behavior?: string }): void;
  setPointerCapture(id: number): void;
  addEventListener(
    type: string,
    listener: (event: PageEvent) => void,
    options?: { passive: boolean },
  ): void;
}

export interface PageSelect extends PageElement {
  value: string;
}

export interface PageCheckbox extends PageElement {
  checked: boolean;
}

export interface PageCanvas extends PageElement {
  width: number;
  height: number;
  getContext(kind: '2d'): Brush | null;
}

/** Pointer, wheel and key events share one shape here: what is read is there in the ones it is read from. */
export interface PageEvent {
  clientX: number;
  clientY: number;
  pointerId: number;
  deltaX: number;
  deltaY: number;
  ctrlKey: boolean;
  metaKey: boolean;
  shiftKey: boolean;
  altKey: boolean;
  key: string;
  target: PageElement;
  preventDefault(): void;
}

/** The parts of CanvasRenderingContext2D that the picture draws with. */
export interface Brush {
  fillStyle: string;
  strokeStyle: string;
  lineWidth: number;
  font: string;
  textAlign: string;
  textBaseline: string;
  globalAlpha: number;
  setTransform(a: number, b: number, c: number, d: number, e: number, f: number): void;
  clearRect(x: number, y: number, w: number, h: number): void;
  fillRect(x: number, y: number, w: number, h: number): void;
  strokeRect(x: number, y: number, w: number, h: number): void;
  fillText(text: string, x: number, y: number): void;
  measureText(text: string): { width: number };
  beginPath(): void;
  moveTo(x: number, y: number): void;
  lineTo(x: number, y: number): void;
  bezierCurveTo(a: number, b: number, c: number, d: number, x: number, y: number): void;
  arc(x: number, y: number, radius: number, from: number, to: number): void;
  rect(x: number, y: number, w: number, h: number): void;
  closePath(): void;
  fill(): void;
  stroke(): void;
  clip(): void;
  save(): void;
  restore(): void;
  setLineDash(pattern: number[]): void;
}

export interface PageWindow {
  devicePixelRatio: number;
  document: {
    documentElement: PageElement;
    getElementById(id: string): PageElement | null;
    querySelectorAll<T extends PageElement>(selector: string): Iterable<T>;
    createElement(name: string): PageElement;
  };
  atob(text: string): string;
  getComputedStyle(element: PageElement): { getPropertyValue(name: string): string };
  requestAnimationFrame(work: () => void): void;
  matchMedia(query: string): {
    matches: boolean;
    addEventListener(type: string, listener: () => void): void;
  };
  ResizeObserver: new (changed: () => void) => { observe(element: PageElement): void };
}
