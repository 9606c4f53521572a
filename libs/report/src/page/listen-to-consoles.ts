import type { PageCheckbox, PageElement, PageWindow } from './dom.js';
import type { firstFrom } from './first-from.js';
import type { Line } from './scene.js';
import type { Stage } from './stage.js';

/** How the list of console lines follows the picture. */
export interface ConsoleList {
  /** The cursor moved; `line` is the line that was chosen for it. */
  follow(t: number | null, line?: number): void;
  /** Another span of time is shown: the lines outside it step back. */
  span(from: number, to: number): void;
}

/**
 * The list of console lines, tied to the cursor of the picture: a chosen line moves the cursor, and the cursor
 * chooses the last line before it. Runs in the browser.
 */
export function listenToConsoles(
  { document }: PageWindow,
  stage: Stage,
  lines: readonly Line[],
  tools: { firstFrom: typeof firstFrom },
): ConsoleList {
  const list = document.getElementById('console-lines');
  if (!list) return { follow: () => undefined, span: () => undefined };
  const items = [...document.querySelectorAll<PageElement>('#console-lines > li')];
  let chosen = -1;
  /** The lines inside the span that is shown: from the first up to the second. */
  let [inside, outside] = [0, 0];
  for (const item of items) item.classList.toggle('outside', true);

  list.addEventListener('click', (event) => {
    const item = event.target.closest('li');
    if (item) choose(Number(item.dataset['line']));
  });
  list.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const known: Record<string, () => void> = {
      ArrowDown: () => choose(visible(chosen + 1, 1)),
      ArrowUp: () => choose(visible(chosen < 0 ? lines.length - 1 : chosen - 1, -1)),
      Home: () => choose(visible(0, 1)),
      End: () => choose(visible(lines.length - 1, -1)),
    };
    const action = known[event.key];
    if (!action) return;
    event.preventDefault();
    action();
  });
  for (const box of document.querySelectorAll<PageCheckbox>('[data-console]')) {
    box.addEventListener('change', () => {
      items.forEach((item, i) => {
        if (lines[i]?.vm === box.dataset['console']) item.hidden = !box.checked;
      });
    });
  }
  return {
    follow: (t, line) => mark(t === null ? -1 : (line ?? lastBefore(t))),
    span(from, to) {
      const first = tools.firstFrom(lines, from);
      const end = tools.firstFrom(lines, to);
      if (first === inside && end === outside) return;
      for (let i = inside; i < outside; i++) items[i]!.classList.toggle('outside', true);
      for (let i = first; i < end; i++) items[i]!.classList.toggle('outside', false);
      [inside, outside] = [first, end];
      // Without a chosen line the list shows what is printed in the span.
      if (chosen < 0) scrollTo(items[first], 0);
    },
  };

  function choose(index: number): void {
    const line = lines[index];
    if (!line) return;
    stage.reveal(line.t);
    stage.setCursor(line.t, index);
  }

  /** The nearest line in a direction that is not hidden; −1 where there is none. */
  function visible(from: number, by: number): number {
    let i = from;
    while (items[i]?.hidden) i += by;
    return items[i] ? i : -1;
  }

  function lastBefore(t: number): number {
    return visible(tools.firstFrom(lines, t + 1) - 1, -1);
  }

  function mark(index: number): void {
    toggle(items[chosen], false);
    chosen = index;
    const item = items[index];
    toggle(item, true);
    list!.setAttribute('aria-activedescendant', item ? `line-${index}` : '');
    if (item) scrollTo(item, (list!.clientHeight - item.offsetHeight) / 2);
  }

  /** The list scrolls by itself; the page stays where it is. */
  function scrollTo(item: PageElement | undefined, above: number): void {
    if (item) list!.scrollTop = item.offsetTop - above;
  }

  function toggle(item: PageElement | undefined, on: boolean): void {
    item?.classList.toggle('chosen', on);
    item?.setAttribute('aria-selected', String(on));
  }
}
