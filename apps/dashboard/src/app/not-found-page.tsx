import { ButtonLink } from '../ui/button.js';
import { Page } from '../ui/page.js';

export function NotFoundPage() {
  return (
    <Page title="There is no such page">
      <div>
        <ButtonLink href="/">To the overview</ButtonLink>
      </div>
    </Page>
  );
}
