import type { Action, Trigger, TriggerEvent } from './model.js';
import { formatDuration } from './units.js';

/** A step in words, e.g. `when 4 writes of node A are held (within 10s): drop link A`. */
export function describeStep(trigger: Trigger, jitterMs: number, action: Action): string {
  const jitter = jitterMs === 0 ? '' : ` plus up to ${formatDuration(jitterMs)}`;
  return `${describeTrigger(trigger, jitter)}: ${describeAction(action)}`;
}

function describeTrigger(trigger: Trigger, jitter: string): string {
  switch (trigger.kind) {
    case 'at':
      return `${formatDuration(trigger.ms)}${jitter} after the workload's start`;
    case 'after':
      return trigger.ms === 0 && jitter === ''
        ? 'then'
        : `${formatDuration(trigger.ms)}${jitter} after the step before`;
    case 'event':
      return `when ${describeEvent(trigger.event)} (within ${formatDuration(trigger.withinMs)})${jitter}`;
  }
}

/** An event in words, e.g. `4 writes of node A are held`. */
export function describeEvent(event: TriggerEvent): string {
  switch (event.kind) {
    case 'held':
      return `${writes(event.writes)} of ${several('node', event.nodes)} ${event.writes === 1 ? 'is' : 'are'} held`;
    case 'appliedUnanswered':
      return `${writes(event.writes)} of ${several('node', event.nodes)} ${event.writes === 1 ? 'is' : 'are'} applied and unanswered`;
    case 'newerWriteAcknowledged':
      return 'a newer write over a held block is acknowledged';
    case 'firstRetry':
      return `the first retry is seen on ${several('link', event.links)}`;
    case 'giveUp':
      return event.count === 1
        ? `an association over ${several('link', event.links)} is given up`
        : `${event.count} associations over ${several('link', event.links)} are given up`;
    case 'ccrSent':
      return `${counted(event.count, 'CCR is', 'CCRs are')} sent over ${several('link', event.links)}`;
    case 'ccrAccepted':
      return `${counted(event.count, 'CCR is', 'CCRs are')} accepted over ${several('link', event.links)}`;
    case 'ccrEvent':
      return `${counted(event.count, 'event of a completed CCR comes', 'events of completed CCRs come')} over ${several('link', event.links)}`;
    case 'connected':
      return `${counted(event.count, 'new association is', 'new associations are')} up over ${several('link', event.links)}`;
    case 'writes':
      return `${writes(event.count)} ${event.count === 1 ? 'is' : 'are'} applied over ${event.links.length === 1 ? '' : 'each of '}${several('link', event.links)}`;
    case 'workloadEnded':
      return `${several('job', event.workloads)} ${event.workloads.length === 1 ? 'has' : 'have'} ended`;
  }
}

/** An action in words, e.g. `hold the next 8 writes of node A`. */
export function describeAction(action: Action): string {
  switch (action.kind) {
    case 'holdBackend': {
      const next = action.next === null ? '' : `the next ${action.next} `;
      const what = `${next}${action.ops.join(', ')} requests of ${ports(action)}`;
      return `hold ${what}${action.inFlight ? ' and those in flight' : ''}`;
    }
    case 'releaseBackend':
      return `release what ${ports(action)} ${action.nodes.length === 1 ? 'holds' : 'hold'}`;
    case 'discardBackend':
      return `discard what ${ports(action)} ${action.nodes.length === 1 ? 'holds' : 'hold'}`;
    case 'slowBackend':
      return `slow the backend of ${ports(action)} by ${formatDuration(action.byMs)}`;
    case 'failBackend': {
      const next = action.next === null ? 'requests' : `the next ${action.next} requests`;
      return `fail ${next} of ${ports(action)} with ${action.error}`;
    }
    case 'restoreBackend':
      return `restore the backend of ${ports(action)}`;
    case 'holdLink':
      return `hold the frames of ${several('link', action.links)}${way(action.direction)}`;
    case 'dropLink':
      return `drop ${several('link', action.links)}${way(action.direction)}`;
    case 'restoreLink':
      return `restore ${several('link', action.links)}${way(action.direction)}`;
    case 'resetConnection':
      return `reset the connection of ${action.queue === 0 ? 'the admin queue' : `I/O queue ${action.queue}`} over link ${action.link}`;
    case 'setAna':
      return `set ANA of ${ports(action)} to ${action.state}`;
    case 'holdInside':
      return `hold writes inside the controllers of ${ports(action)}`;
    case 'releaseInside':
      return `release what the controllers of ${ports(action)} hold`;
    case 'stopWorkload':
      return `stop ${several('job', action.workloads)}`;
  }
}

function way(direction: 'both' | 'to-node' | 'to-host'): string {
  return direction === 'both' ? '' : ` towards the ${direction === 'to-node' ? 'node' : 'host'}`;
}

interface Ports {
  nodes: readonly string[];
  /** All where there is none. */
  port?: number | null | undefined;
}

function ports({ nodes, port = null }: Ports): string {
  return `${several('node', nodes)}${port === null ? '' : ` port ${port}`}`;
}

function counted(count: number, one: string, more: string): string {
  return count === 1 ? `a${/^[aeiou]/.test(one) ? 'n' : ''} ${one}` : `${count} ${more}`;
}

function several(noun: string, names: readonly string[]): string {
  return names.length === 1 ? `${noun} ${names[0]!}` : `${noun}s ${names.join(', ')}`;
}

function writes(count: number): string {
  return count === 1 ? '1 write' : `${count} writes`;
}
