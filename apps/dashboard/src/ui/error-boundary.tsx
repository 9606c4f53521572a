import { Component, type ReactNode } from 'react';
import { Button } from './button.js';
import { Page } from './page.js';
import { Failed } from './states.js';

interface ErrorBoundaryProps {
  children: ReactNode;
}

/**
 * What is shown where a page breaks: a mistake of ours, or a part of the page that the service, newer by now, does not have
 * any more. Both begin anew with the page.
 */
export class ErrorBoundary extends Component<ErrorBoundaryProps, { error: unknown }> {
  override state: { error: unknown } = { error: null };

  static getDerivedStateFromError(error: unknown): { error: unknown } {
    return { error };
  }

  override render(): ReactNode {
    const { error } = this.state;
    if (error === null) return this.props.children;
    return (
      <Page title="This page broke">
        <Failed error={error} />
        <div>
          <Button onClick={() => window.location.reload()}>Load it anew</Button>
        </div>
      </Page>
    );
  }
}
