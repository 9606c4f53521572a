import type { PageElement, PageWindow } from './dom.js';
import type { Stage } from './stage.js';

/** The buttons above the picture, and those of findings and of moments all over the page. Runs in the browser. */
export function listenToButtons({ document }: PageWindow, stage: Stage): void {
  const { picture } = stage.content;
  const middle = () => stage.view().width / 2;
  const actions: Record<string, () => void> = {
    in: () => stage.zoom(0.5, middle()),
    out: () => stage.zoom(2, middle()),
    workload: () => {
      stage.select(null, false);
      stage.show(picture.focus.start, picture.focus.end);
    },
    all: () => {
      stage.select(null, false);
      stage.show(0, picture.end);
    },
    next: () => stage.step(1),
    previous: () => stage.step(-1),
  };
  for (const button of document.querySelectorAll<PageElement>('[data-view]')) {
    button.addEventListener('click', () => actions[button.dataset['view'] ?? '']?.());
  }
  for (const button of document.querySelectorAll<PageElement>('[data-finding], [data-at]')) {
    button.addEventListener('click', () => {
      const { finding, at } = button.dataset;
      if (finding !== undefined) {
        stage.select(picture.stories.find((s) => s.finding === Number(finding)) ?? null, true);
      }
      if (at !== undefined) {
        stage.reveal(Number(at));
        stage.setCursor(Number(at));
      }
      document.getElementById('timeline')?.scrollIntoView({ block: 'start' });
      stage.canvas.focus({ preventScroll: true });
    });
  }
}
