import { useState, useSyncExternalStore } from 'react';
import type { TimelineModel } from '../model/timeline-model.js';
import { readLink } from '../view/link-state.js';
import { ConsoleList } from './console-list.js';
import { FindingPanel } from './finding-panel.js';
import { Legend } from './legend.js';
import { Picture } from './picture.js';
import { SearchBox } from './search-box.js';
import { Selection } from './selection.js';
import { TablePanel } from './table-panel.js';
import { StorySteps } from './story-steps.js';
import { Toolbar } from './toolbar.js';
import { useLink } from './use-link.js';

/** A timeline that is open: the finding in words, the picture, and what it shows as tables. */
export function TimelineView({ model }: { model: TimelineModel }) {
  const snapshot = useSyncExternalStore(model.subscribe, model.getSnapshot);
  const [query, setQuery] = useState(() => readLink(new URLSearchParams(location.search)).query);
  useLink(model, query);
  return (
    <section className="timeline" aria-label="Timeline">
      <FindingPanel model={model} finding={snapshot.finding} />
      <div className="tl-tools">
        <Toolbar model={model} snapshot={snapshot} />
        <SearchBox model={model} query={query} onQuery={setQuery} />
      </div>
      <Picture model={model} />
      <StorySteps model={model} finding={snapshot.finding} />
      <Legend header={model.header} />
      <Selection model={model} selected={snapshot.selected} />
      <div className="tl-beside">
        <TablePanel model={model} snapshot={snapshot} />
        <ConsoleList model={model} snapshot={snapshot} />
      </div>
    </section>
  );
}
