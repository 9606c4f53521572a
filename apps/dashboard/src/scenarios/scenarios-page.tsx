import { Page } from '../ui/page.js';

export function ScenariosPage() {
  return <Page title="Scenarios">…</Page>;
}
