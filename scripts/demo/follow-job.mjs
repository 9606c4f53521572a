import { setTimeout as after } from 'node:timers/promises';
import { StepError } from '../setup/steps.mjs';
import { Refusal } from './api.mjs';

/**
 * Tells what becomes of a job until it has finished. A stream of events that is cut is taken up behind the last event.
 *
 * @param {import('./api.mjs').Api} api
 * @param {string} jobId
 * @param {(message: { event: string, data: any }) => void} tell
 * @param {{ patienceMs?: number, restMs?: number }} [waiting] how long the service may be away, and how long to wait
 *   before it is asked again
 * @returns {Promise<any>} the finished job
 * @throws {StepError} where the service does not answer any more
 * @throws {Refusal} where it does not let us
 */
export async function followJob(api, jobId, tell, { patienceMs = 60_000, restMs = 500 } = {}) {
  let known = 0;
  let heardAt = performance.now();
  for (;;) {
    try {
      for await (const message of api.events(jobId, known)) {
        heardAt = performance.now();
        if (message.event === 'message') known = message.data.number;
        tell(message);
        if (message.data.type === 'job.finished') break;
      }
      const job = await api.get(`/jobs/${jobId}`);
      if (job.state === 'finished') return job;
      heardAt = performance.now();
    } catch (error) {
      if (error instanceof Refusal && error.status < 500) throw error;
      if (performance.now() - heardAt > patienceMs) {
        throw new StepError(`The service does not answer any more (${error.message}).`);
      }
    }
    await after(restMs);
  }
}
