/** What a job's attempt does, as people would say it. */
const states = {
  'job.queued': () => 'waits for a worker',
  'attempt.assigned': () => 'a worker is chosen',
  'attempt.claimed': () => 'the worker prepares it',
  'attempt.running': () => 'the lab runs',
  'attempt.uploading': () => 'the recording is uploaded',
  'attempt.judging': () => 'the recording is judged',
  'attempt.lease-expired': () => 'the worker is silent',
  'attempt.ended': (data) => `the attempt has ended (${data.how})`,
  'job.finished': (data) => `finished: ${data.outcome}`,
};

/**
 * One line for an event of a job's stream; null where it says nothing that people wait for.
 *
 * @param {{ event: string, data: any }} message
 * @returns {string[]}
 */
export function progressLines({ event, data }) {
  if (event === 'live') return data.parts.flatMap(liveLines);
  const words = states[data.type];
  return words === undefined ? [] : [words(data.data)];
}

function liveLines(part) {
  if (part.kind === 'step')
    return [`  ${part.step}${part.detail === '' ? '' : `: ${part.detail}`}`];
  return part.kind === 'fault' ? [`  ${(part.ms / 1000).toFixed(1)} s  ${part.what}`] : [];
}
