import type { TimelineModel } from '../model/timeline-model.js';

const step = 0.15;

const actions: Readonly<Record<string, (model: TimelineModel, shift: boolean) => void>> = {
  ArrowLeft: (model, shift) => model.pan(shift ? -4 * step : -step),
  ArrowRight: (model, shift) => model.pan(shift ? 4 * step : step),
  ArrowUp: (model) => model.go('above'),
  ArrowDown: (model) => model.go('below'),
  ',': (model) => model.go('before'),
  '.': (model) => model.go('after'),
  '+': (model) => model.zoom(0.5),
  '=': (model) => model.zoom(0.5),
  '-': (model) => model.zoom(2),
  n: (model) => model.tellNext(1),
  p: (model) => model.tellNext(-1),
  l: (model) => model.showLanding(),
  w: (model) => model.showWorkload(),
  '0': (model) => model.showAll(),
  Home: (model) => model.showAt(0),
  End: (model) => model.showAt(model.header.end),
  Escape: (model) => model.clear(),
};

/** Keys while the picture has the focus, which it can have from here on. @returns ends it */
export function listenToKeys(model: TimelineModel, stage: HTMLElement): () => void {
  const onKey = (event: KeyboardEvent): void => {
    const action = actions[event.key];
    if (action === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    action(model, event.shiftKey);
  };
  stage.tabIndex = 0;
  stage.addEventListener('keydown', onKey);
  return () => stage.removeEventListener('keydown', onKey);
}
