import { EditorView } from '@codemirror/view';
import { useEffect, useRef } from 'react';
import { extensionsOf, type EditorHooks } from './extensions.js';
import styles from './yaml-editor.module.css';

interface YamlEditorProps extends EditorHooks {
  /** What it begins with; given anew, it takes the place of what is there. */
  initial: string;
}

/**
 * An editor for scenarios. It lives in a shadow root: there its styles are sheets that are adopted, where in the page they
 * would be inline, which the page's policy forbids.
 */
export function YamlEditor({ initial, onText, check }: YamlEditorProps) {
  const host = useRef<HTMLDivElement>(null);
  const hooks = useRef<EditorHooks>({ onText, check });
  useEffect(() => {
    hooks.current = { onText, check };
  });
  useEffect(() => {
    const element = host.current!;
    const root = element.shadowRoot ?? element.attachShadow({ mode: 'open' });
    const view = new EditorView({
      doc: initial,
      root,
      parent: root,
      extensions: extensionsOf({
        onText: (text) => hooks.current.onText(text),
        check: (text) => hooks.current.check(text),
      }),
    });
    return () => view.destroy();
  }, [initial]);
  return <div ref={host} className={styles['host']} />;
}
