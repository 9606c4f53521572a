import { answerOf } from '@fenceline/client';
import { useQueryClient } from '@tanstack/react-query';
import type { Token } from '../app/api-types.js';
import { service } from '../app/service.js';
import { Action } from '../ui/action.js';
import { MarkLabel } from '../ui/mark.js';
import type { Look } from '../ui/outcome.js';
import { Page } from '../ui/page.js';
import { Paged } from '../ui/paged.js';
import { Panel } from '../ui/panel.js';
import { Table, type Column } from '../ui/table.js';
import { Tags } from '../ui/tags.js';
import { Time, useNow } from '../ui/time.js';
import { usePages } from '../ui/use-pages.js';
import { NewToken } from './new-token.js';

function State({ token: { revokedAt, expiresAt } }: { token: Token }) {
  const now = useNow();
  const look: Look =
    revokedAt !== null
      ? { shape: 'barred', tone: 'idle', word: 'revoked' }
      : expiresAt !== null && Date.parse(expiresAt) <= now
        ? { shape: 'clock', tone: 'idle', word: 'expired' }
        : { shape: 'circle', tone: 'pass', word: 'valid' };
  return <MarkLabel look={look} />;
}

const columns: Column<Token>[] = [
  { title: 'For', isHead: true, cell: ({ name }) => name },
  { title: 'Owner', kind: 'tight', cell: ({ owner }) => owner },
  { title: 'State', kind: 'tight', cell: (token) => <State token={token} /> },
  { title: 'May', cell: ({ scopes }) => <Tags tags={scopes} /> },
  {
    title: 'Last used',
    kind: 'tight',
    cell: ({ lastUsedAt }) => (lastUsedAt === null ? 'never' : <Time at={lastUsedAt} />),
  },
  {
    title: 'Ends',
    kind: 'tight',
    cell: ({ expiresAt }) => (expiresAt === null ? 'when revoked' : <Time at={expiresAt} />),
  },
  { title: 'Made', kind: 'tight', cell: ({ createdAt }) => <Time at={createdAt} /> },
  { title: 'Actions', kind: 'tight', cell: (token) => <Revoke token={token} /> },
];

/** Tokens of the project. */
export function TokensPage() {
  const pages = usePages(['tokens'], (cursor) =>
    answerOf(
      service.GET('/tokens', { params: { query: { ...(cursor !== undefined && { cursor }) } } }),
    ),
  );
  return (
    <Page title="Tokens">
      <NewToken />
      <Panel title="Tokens" flush>
        <Paged pages={pages} empty="There is no token.">
          {(tokens) => (
            <Table label="Tokens" columns={columns} rows={tokens} keyOf={({ id }) => id} />
          )}
        </Paged>
      </Panel>
    </Page>
  );
}

function Revoke({ token }: { token: Token }) {
  const queries = useQueryClient();
  if (token.revokedAt !== null) return null;
  return (
    <Action
      small
      kind="danger"
      label="Revoke"
      question={`Revoke the token “${token.name}” of ${token.owner}? It ends at once and for good, with every session that it began.`}
      act={() =>
        answerOf(service.DELETE('/tokens/{tokenId}', { params: { path: { tokenId: token.id } } }))
      }
      onDone={() => void queries.invalidateQueries({ queryKey: ['tokens'] })}
    />
  );
}
