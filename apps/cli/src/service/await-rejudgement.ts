import { setTimeout as pause } from 'node:timers/promises';
import { answerOf, readEvents } from '@fenceline/client';
import { createProgress } from '../progress/create-progress.js';
import type { Rejudgement } from './documents.js';
import type { Service } from './open-service.js';
import { withPatience } from './patience.js';
import { rejudgementWords } from './show-rejudgement.js';
import { Wake } from './wake.js';

/** Where events do not come it is looked at this often all the same, ms. */
const pollMs = 30_000;
/** The least time between two looks, however many events come, ms. */
const restMs = 500;

/**
 * Waits until a rejudgement has finished. It goes on whatever becomes of those who wait for it.
 *
 * @throws ServiceUnreachable, ServiceProblem
 */
export async function awaitRejudgement(service: Service, id: string): Promise<Rejudgement> {
  const progress = createProgress(process.stderr);
  const wake = new Wake();
  const over = new AbortController();
  const listening = listen(service, wake, over.signal).catch(() => wake.ring());
  const params = { path: { rejudgementId: id } };
  const read = () => answerOf(service.client.GET('/rejudgements/{rejudgementId}', { params }));
  try {
    progress.stage('judge again', id);
    for (;;) {
      const rejudgement = await withPatience(read, (why) => progress.note(why));
      progress.status(rejudgementWords(rejudgement));
      if (rejudgement.finishedAt !== null) {
        progress.end('done');
        return rejudgement;
      }
      await pause(restMs);
      await wake.next(pollMs);
    }
  } finally {
    over.abort();
    await listening;
  }
}

/** Rings when it is time to look. */
async function listen({ url, token }: Service, wake: Wake, signal: AbortSignal): Promise<void> {
  const query = { types: 'judgement.added,rejudgement.finished' };
  for await (const { kind } of readEvents({ service: url, token, query, signal })) {
    if (kind !== 'cut') wake.ring();
  }
}
