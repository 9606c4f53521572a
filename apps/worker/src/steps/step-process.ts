import { prepareLab } from '@fenceline/lab';
import { judgeStep } from './judge-step.js';
import { probeStep } from './probe-step.js';
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
      return await prepareLab(request.plan, request.fencelineVersion, (text) =>
        process.send?.({ type: 'status', text } satisfies FromStep),
      );
    case 'probe':
      return await probeStep();
    case 'judge':
      return await judgeStep(request);
  }
}

function leave(message: FromStep): void {
  process.send?.(message, () => process.exit());
}
