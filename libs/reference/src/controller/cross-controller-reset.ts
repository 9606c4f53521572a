import type { CcrRefusal } from '@fenceline/contracts';
import {
  CCR_COMPLETED_EVENT,
  ccrImpairedCntlid,
  ccrRandomNumber,
  CcrStatus,
  ccrUniquifier,
  Status,
} from '@fenceline/nvme';
import { EventBit } from './async-events.js';
import type { Reset } from './ccr-log.js';
import type { Command } from './command.js';
import type { Controller } from './controller.js';
import type { Instance } from './decisions.js';
import type { ResetAnswers } from './relay.js';
import type { Subsystem } from './subsystem.js';

/** DW0 bit 0 of the answer: Immediate Reset Successful. */
const IRS = 1;

const refusals: Readonly<Record<CcrRefusal, number>> = {
  'in-progress': Status.ccrInProgress,
  'log-full': Status.ccrLogPageFull,
  limit: Status.ccrLimitExceeded,
};

/**
 * Carries out a Cross-Controller Reset, opcode 38h, at its source controller (NVMe Base Specification 2.3, section
 * 5.4.3). It has succeeded when no request of the impaired controller can touch the medium any more.
 */
export function crossControllerReset(source: Controller, command: Command): void {
  const { subsystem } = source;
  const { settings, relay } = subsystem.options;
  if (settings.ccr.refuse !== null) {
    command.answer(refusals[settings.ccr.refuse]);
    return;
  }
  const named: Instance = {
    cntlid: ccrImpairedCntlid(command.sqe, 0),
    ciu: ccrUniquifier(command.sqe, 0),
    cirn: ccrRandomNumber(command.sqe, 0),
    hostNqn: source.hostNqn,
  };
  const impaired = findImpaired(subsystem, named);
  const peer = relay.peerOf(named.cntlid);
  if (impaired === 'gone') {
    subsystem.options.log(`cross-controller reset of ctrl ${named.cntlid}, which is gone`);
    command.answer(Status.success, IRS);
  } else if (impaired === source || (impaired === 'unknown' && peer === undefined)) {
    command.answer(Status.invalidField);
  } else {
    const isBusy = impaired !== 'unknown' && impaired.resetBy !== null;
    const status = isBusy ? Status.ccrInProgress : statusOfLimits(source);
    if (status !== Status.success) command.answer(status);
    else if (impaired === 'unknown') resetAtPeer(source, command, named, peer!);
    else reset(source, command, impaired);
  }
}

/** What this node knows of the instance that a CCR names: a host resets its own, and only the one that it knows. */
export function findImpaired(
  subsystem: Subsystem,
  named: Instance,
): Controller | 'gone' | 'unknown' {
  const { decisions } = subsystem.options;
  if (subsystem.isKnownAsGone(named)) return 'gone';
  const found = subsystem.controllers.get(named.cntlid);
  const isFound =
    found !== undefined && found.ciu !== 0 && decisions.isMeant(named, found.instance);
  if (isFound) return found;
  return decisions.isUnknownReset() ? 'gone' : 'unknown';
}

function statusOfLimits(source: Controller): number {
  if (source.ccrLog.inProgress >= source.subsystem.options.settings.ccrl) {
    return Status.ccrLimitExceeded;
  }
  return source.ccrLog.isFull ? Status.ccrLogPageFull : Status.success;
}

function reset(source: Controller, command: Command, impaired: Controller): void {
  const { subsystem } = source;
  const { ccr } = subsystem.options.settings;
  const { instance } = impaired;
  const operation = begin(source, instance);
  impaired.resetBy = operation;
  const finish = (status: number) => {
    if (impaired.resetBy === operation) impaired.resetBy = null;
    complete(source, operation, status);
  };
  if (ccr.immediate && ccr.takesMs === 0 && !ccr.fail && isDoneAtOnce(impaired)) {
    source.ccrLog.remove(operation);
    command.answer(Status.success, IRS);
    return;
  }
  command.answer(Status.success);
  announce(source, operation);
  subsystem.after(ccr.takesMs, () => {
    if (ccr.fail) finish(CcrStatus.failed);
    else quiesce(impaired, instance, finish);
  });
}

/** Resets a controller; true where nothing of it was at the medium. */
function isDoneAtOnce(impaired: Controller): boolean {
  impaired.end('cross-controller-reset');
  return impaired.gate.isQuiet;
}

/**
 * Ends a controller's association and waits until none of its requests is at the medium, or for the bound. A host that
 * has disabled and enabled its controller meanwhile has another instance there: the one that was named is gone, for
 * its requests had ended before that, and the other is left alone.
 *
 * @param finish called once, with the CCRS of the outcome
 */
function quiesce(
  impaired: Controller,
  { ciu, cirn }: Instance,
  finish: (status: number) => void,
): void {
  if (impaired.ciu !== ciu || impaired.cirn !== cirn) {
    finish(CcrStatus.success);
    return;
  }
  const { settings, decisions } = impaired.subsystem.options;
  let isDone = false;
  const once = (status: number) => {
    if (isDone) return;
    isDone = true;
    cancel();
    finish(status);
  };
  const cancel = impaired.subsystem.after(settings.ccr.boundMs, () =>
    once(decisions.outcomeAtBound()),
  );
  impaired.end('cross-controller-reset');
  impaired.whenGone(() => once(CcrStatus.success));
}

/** Resets a controller of this node for a peer, whose own controller is the source. */
export function serveReset(subsystem: Subsystem, named: Instance, answers: ResetAnswers): void {
  const { ccr } = subsystem.options.settings;
  const impaired = findImpaired(subsystem, named);
  if (impaired === 'gone') {
    answers.gone();
  } else if (impaired === 'unknown') {
    answers.refused(Status.invalidField);
  } else if (impaired.resetBy !== null) {
    answers.refused(Status.ccrInProgress);
  } else {
    const operation = { icid: named.cntlid, ciu: named.ciu, status: CcrStatus.inProgress };
    const { instance } = impaired;
    impaired.resetBy = operation;
    answers.began();
    subsystem.after(ccr.takesMs, () =>
      quiesce(impaired, instance, (status) => {
        if (impaired.resetBy === operation) impaired.resetBy = null;
        answers.ended(status);
      }),
    );
  }
}

function resetAtPeer(source: Controller, command: Command, named: Instance, peer: string): void {
  const { relay, settings } = source.subsystem.options;
  const operation = begin(source, named);
  const accept = () => {
    command.answer(Status.success);
    announce(source, operation);
  };
  if (settings.ccr.fail) {
    accept();
    source.subsystem.after(settings.ccr.takesMs, () =>
      complete(source, operation, CcrStatus.failed),
    );
    return;
  }
  relay.reset(peer, named, settings, {
    began: accept,
    refused: (status) => {
      source.ccrLog.remove(operation);
      command.answer(status);
    },
    gone: () => {
      source.ccrLog.remove(operation);
      command.answer(Status.success, IRS);
    },
    ended: (status) => {
      if (!command.isAnswered) accept();
      complete(source, operation, status);
    },
  });
}

function begin(source: Controller, { cntlid, ciu }: Instance): Reset {
  const operation = { icid: cntlid, ciu, status: CcrStatus.inProgress };
  source.log(`cross-controller reset of ctrl ${cntlid} started`);
  source.ccrLog.add(operation);
  return operation;
}

/** The entry stands before the event: a host that reads after it finds it. */
function complete(source: Controller, operation: Reset, status: number): void {
  operation.status = status;
  const outcome = status === CcrStatus.success ? 'succeeded' : 'failed';
  source.log(`cross-controller reset of ctrl ${operation.icid} ${outcome}`);
  if (source.ccrLog.has(operation)) announce(source, operation);
}

function announce(source: Controller, operation: Reset): void {
  const { settings, decisions } = source.subsystem.options;
  if (settings.ccr.dropEvent || !decisions.announces(operation.status)) return;
  source.events.notify(CCR_COMPLETED_EVENT, EventBit.ccrCompleted);
}
