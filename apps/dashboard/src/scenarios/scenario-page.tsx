import { Page } from '../ui/page.js';

export default function ScenarioPage({ hash }: { hash: string }) {
  return <Page title={hash}>…</Page>;
}
