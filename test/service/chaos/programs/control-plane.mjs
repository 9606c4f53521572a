import { FencingCheck } from '../../../../apps/control-plane/dist/attempts/fencing-check.js';
import { OutboxDispatcher } from '../../../../apps/control-plane/dist/outbox/outbox-dispatcher.js';
import { Reconciler } from '../../../../apps/control-plane/dist/reconciler/reconciler.js';

/** What a control plane does without each of its defences. */
const without = {
  /** Every attempt that comes is taken for one that counts, as a service without tokens would. */
  fencing() {
    FencingCheck.prototype.admit = ({ state: { job, attempt } }) => ({
      job,
      attempt: {
        ...attempt,
        state: attempt.state === 'ended' ? 'judging' : attempt.state,
        how: null,
      },
    });
  },
  outbox() {
    OutboxDispatcher.prototype.dispatch = () => Promise.resolve();
  },
  reconciler() {
    Reconciler.prototype.reconcile = () => Promise.resolve();
  },
};

/** The control plane as it is built, without the defence that CHAOS_WITHOUT names, if it names one. */
const { CHAOS_WITHOUT: defence } = process.env;
if (defence !== undefined) without[defence]();
await import('../../../../apps/control-plane/dist/main.js');
