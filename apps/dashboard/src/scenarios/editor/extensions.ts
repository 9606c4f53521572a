import {
  autocompletion,
  closeBrackets,
  completionKeymap,
  type CompletionContext,
  type CompletionResult,
} from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
import { yaml } from '@codemirror/lang-yaml';
import { HighlightStyle, indentUnit, syntaxHighlighting } from '@codemirror/language';
import { linter, lintGutter, lintKeymap, type Diagnostic } from '@codemirror/lint';
import { highlightSelectionMatches, search, searchKeymap } from '@codemirror/search';
import type { Extension, Text } from '@codemirror/state';
import {
  drawSelection,
  EditorView,
  highlightActiveLine,
  keymap,
  lineNumbers,
} from '@codemirror/view';
import { scenarioJsonSchema } from '@fenceline/contracts';
import { tags } from '@lezer/highlight';
import type { TextProblem } from './problems.js';
import { nameSuggestions, valueSuggestions, type Schema } from './schema.js';
import { yamlPlace } from './yaml-place.js';

const schema = scenarioJsonSchema() as Schema;

/** Offers what the schema has at the place where somebody types. */
export function complete(context: CompletionContext): CompletionResult | null {
  const place = yamlPlace(context.state.doc.toString(), context.pos);
  if (place === null || (place.typed === '' && !context.explicit)) return null;
  const found =
    place.kind === 'name'
      ? nameSuggestions(schema, place.path, place.siblings)
      : valueSuggestions(schema, place.path);
  if (found.length === 0) return null;
  return {
    from: context.pos - place.typed.length,
    options: found.map(({ text, description, insert, required }) => ({
      label: text,
      apply: insert,
      info: description,
      type: place.kind === 'name' ? 'property' : 'constant',
      boost: required ? 1 : 0,
      ...(required && { detail: 'required' }),
    })),
    validFor: /^[\w.:+/-]*$/,
  };
}

/** Marks from a problem's place to the end of the word there. */
export function diagnosticOf(
  doc: Text,
  { line, column, severity, message }: TextProblem,
): Diagnostic {
  const { from, text } = doc.line(Math.min(Math.max(line, 1), doc.lines));
  const start = Math.min(Math.max(column - 1, 0), text.length);
  const word = /^[^\s,}\]]*/.exec(text.slice(start))![0];
  return { from: from + start, to: from + start + word.length, severity, message };
}

const highlight = HighlightStyle.define([
  { tag: [tags.definition(tags.propertyName), tags.propertyName], color: 'var(--link)' },
  { tag: tags.comment, color: 'var(--ink-2)', fontStyle: 'italic' },
  { tag: [tags.string, tags.number, tags.bool, tags.literal], color: 'var(--ink)' },
  { tag: tags.separator, color: 'var(--ink-2)' },
]);

const look = EditorView.theme({
  '&': { height: '100%', backgroundColor: 'var(--surface)', color: 'var(--ink)' },
  '.cm-scroller': { fontFamily: 'var(--font-mono)', fontSize: '0.8125rem', lineHeight: '1.55' },
  '.cm-content': { caretColor: 'var(--ink)' },
  '.cm-cursor': { borderLeftColor: 'var(--ink)' },
  '.cm-gutters': {
    backgroundColor: 'var(--surface)',
    color: 'var(--ink-2)',
    borderRight: '1px solid var(--line)',
  },
  '.cm-activeLine': { backgroundColor: 'color-mix(in srgb, var(--sunken) 60%, transparent)' },
  '&.cm-focused .cm-selectionBackground, .cm-selectionBackground': {
    backgroundColor: 'var(--busy-tint) !important',
  },
  '.cm-tooltip': {
    border: '1px solid var(--line-strong)',
    backgroundColor: 'var(--surface)',
    color: 'var(--ink)',
    fontFamily: 'var(--font)',
    maxWidth: '28rem',
  },
  '.cm-tooltip-autocomplete ul li[aria-selected]': {
    backgroundColor: 'var(--press)',
    color: 'var(--press-ink)',
  },
  '.cm-completionDetail': { color: 'inherit', opacity: '0.75' },
  '.cm-panels': { backgroundColor: 'var(--sunken)', color: 'var(--ink)' },
  '.cm-diagnostic-error': { borderLeftColor: 'var(--violation)' },
  '.cm-diagnostic-warning': { borderLeftColor: 'var(--inconclusive)' },
});

/** How long after the last key the text is checked, ms. */
const checkAfterMs = 350;

export interface EditorHooks {
  onText: (text: string) => void;
  check: (text: string) => Promise<TextProblem[]>;
}

/** Everything that the editor has. */
export function extensionsOf({ onText, check }: EditorHooks): Extension[] {
  return [
    lineNumbers(),
    history(),
    drawSelection(),
    highlightActiveLine(),
    highlightSelectionMatches(),
    closeBrackets(),
    search({ top: true }),
    yaml(),
    indentUnit.of('  '),
    syntaxHighlighting(highlight),
    look,
    autocompletion({ override: [complete], icons: false }),
    lintGutter(),
    linter(
      async ({ state: { doc } }) =>
        (await check(doc.toString())).map((problem) => diagnosticOf(doc, problem)),
      { delay: checkAfterMs },
    ),
    // Tab leaves the editor, so that the keyboard is not caught in it.
    keymap.of([
      ...defaultKeymap,
      ...historyKeymap,
      ...completionKeymap,
      ...searchKeymap,
      ...lintKeymap,
    ]),
    EditorView.updateListener.of((update) => {
      if (update.docChanged) onText(update.state.doc.toString());
    }),
    EditorView.contentAttributes.of({
      'aria-label': 'Scenario, YAML',
      spellcheck: 'false',
      tabindex: '0',
    }),
  ];
}
