import { useEffect, useState } from 'react';
import type { TimelineModel } from '../model/timeline-model.js';
import { parseQuery } from '../search/query.js';
import { mostFound, searchItems, type SearchState } from '../search/search-items.js';
import { blocksText, titleOf } from '../view/describe-item.js';
import { isApply } from '../view/is-apply.js';
import { exactMs, grouped } from '../view/time-text.js';

interface Props {
  model: TimelineModel;
  /** What is looked for; empty for nothing. */
  query: string;
  onQuery: (query: string) => void;
}

/** Looks for a block or a CID in the whole recording. */
export function SearchBox({ model, query, onQuery }: Props) {
  const [text, setText] = useState(query);
  const wrong = query !== '' && parseQuery(query) === null;
  return (
    <search className="tl-search">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          onQuery(text.trim());
        }}
      >
        <label>
          <span className="tl-unseen">Find an LBA or CID</span>
          <input
            type="search"
            value={text}
            placeholder="LBA, or cid 0x1f"
            aria-invalid={wrong}
            onChange={(event) => {
              setText(event.target.value);
              if (event.target.value === '') onQuery('');
            }}
          />
        </label>
        <button type="submit">Find</button>
      </form>
      {wrong && (
        <p className="tl-problem" role="alert">
          Write a block such as 1234 or lba 0x4d2, or a command identifier such as cid 31 or cid
          0x1f.
        </p>
      )}
      {query !== '' && !wrong && <Results key={query} model={model} query={query} />}
    </search>
  );
}

/** What a search has found so far. Mounted anew for each query. */
function Results({ model, query }: { model: TimelineModel; query: string }) {
  const [state, setState] = useState<SearchState>({ found: [], done: 0, ended: false });
  const [problem, setProblem] = useState<string | null>(null);
  useEffect(() => {
    const parsed = parseQuery(query);
    if (parsed === null) return;
    const abort = new AbortController();
    const { header, source } = model;
    const run = async (): Promise<void> => {
      const window = model.getSnapshot().window;
      for await (const next of searchItems(parsed, header, source, window, abort.signal)) {
        if (abort.signal.aborted) return;
        setState(next);
      }
    };
    run().catch((error: unknown) => {
      if (!abort.signal.aborted) setProblem(error instanceof Error ? error.message : String(error));
    });
    return () => abort.abort();
  }, [model, query]);
  const { found, done, ended } = state;
  const count = `${grouped(found.length)}${found.length === mostFound ? ' nearest' : ''} found`;
  return (
    <div className="tl-found">
      <p role="status">
        {problem ?? (ended ? count : `${count}, ${(done * 100).toFixed(0)} % looked through`)}
      </p>
      {found.length > 0 && (
        <ol>
          {found.map((item) => (
            <li key={`${isApply(item)} ${item.id}`}>
              <button type="button" onClick={() => model.select(item)}>
                <span className="tl-when">{exactMs(item.start)}</span>
                <span>{titleOf(item, model.header)}</span>
                <span className="tl-muted">
                  LBA {blocksText(item)} · {model.header.lanes[item.lane]?.group}
                </span>
              </button>
            </li>
          ))}
        </ol>
      )}
    </div>
  );
}
