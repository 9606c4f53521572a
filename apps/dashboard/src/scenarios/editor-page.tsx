import { Page } from '../ui/page.js';

export default function EditorPage() {
  return <Page title="Editor">…</Page>;
}
