import { answerOf, type Client } from '@fenceline/client';
import { harmless } from '@fenceline/report/harmless';
import { collect } from './collect.js';
import type { Rejudgement, RejudgementItem } from './documents.js';
import { counted, tableOf } from './text.js';

/** The most jobs of a rejudgement that there can be. */
const everyItem = 10_000;

/** What there is to tell of a rejudgement: jobs whose judgement changed, and those that could not be judged. */
export async function tellingItems(
  client: Client,
  rejudgementId: string,
): Promise<RejudgementItem[]> {
  const read = async (query: { changed?: 'true'; state?: 'failed' }) => {
    const { items } = await collect(everyItem, (page) =>
      answerOf(
        client.GET('/rejudgements/{rejudgementId}/items', {
          params: { path: { rejudgementId }, query: { ...query, ...page } },
        }),
      ),
    );
    return items;
  };
  return [...(await read({ changed: 'true' })), ...(await read({ state: 'failed' }))];
}

/** Its changes and failures as a table, and how far it is. */
export async function formatRejudgement(client: Client, rejudgement: Rejudgement): Promise<string> {
  return formatItems(rejudgement, await tellingItems(client, rejudgement.id));
}

/** The same with what is known already. */
export function formatItems(rejudgement: Rejudgement, items: readonly RejudgementItem[]): string {
  const rows = items.map(({ jobId, scenario, seed, before, after, gained, lost, message }) => [
    jobId,
    `${scenario}, seed ${seed}`,
    before.verdict,
    after?.verdict ?? 'not judged',
    gained.join(' '),
    lost.join(' '),
    message ?? '',
  ]);
  const titles = ['job', 'of', 'before', 'after', 'rules gained', 'rules lost', ''];
  const table = rows.length === 0 ? '' : tableOf(titles, rows);
  return `${table}${harmless(`rejudgement ${rejudgement.id}: ${rejudgementWords(rejudgement)}`)}\n`;
}

/** How far it is. */
export function rejudgementWords({ jobCount, states, changed, cancelledAt }: Rejudgement): string {
  const { done = 0, failed = 0, cancelled = 0 } = states;
  return [
    `${done} of ${counted(jobCount, 'job')} judged again`,
    `${changed} changed`,
    ...(failed > 0 ? [`${failed} not judged`] : []),
    ...(cancelledAt === null ? [] : [`${cancelled} cancelled`]),
  ].join(', ');
}
