import { judgeStep } from './judge-step.js';
import { prepareStep } from './prepare-step.js';
import { probeStep } from './probe-step.js';
import { rejudgeStep } from './rejudge-step.js';
import type { FromStep, StepAnswers, StepRequest } from './messages.js';

/** Entry of a step's process: takes one request, answers it and leaves. It ends when nobody waits for it any more. */
process.on('disconnect', () => process.exit(1));
process.on('SIGINT', () => undefined);
process.once('message', (request: StepRequest) => {
  perform(request).then(
    (answer) => leave({ type: 'done', answer }),
    (error: unknown) =>
      leave({ type: 'failed', message: error instanceof Error ? error.message : String(error) }),
  );
});

async function perform(request: StepRequest): Promise<StepAnswers[StepRequest['step']]> {
  switch (request.step) {
    case 'prepare':
      return await prepareStep(request, tell);
    case 'probe':
      return await probeStep();
    case 'judge':
      return await judgeStep(request);
    case 'rejudge':
      return await rejudgeStep(request);
  }
}

function tell(text: string): void {
  process.send?.({ type: 'status', text } satisfies FromStep);
}

function leave(message: FromStep): void {
  process.send?.(message, () => process.exit());
}
