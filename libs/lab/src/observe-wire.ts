import { WireTap, type Association, type Command, type Topology } from '@fenceline/history';
import type { LabLink } from './lab-driver.js';
import type { Observations } from './timeline/observations.js';

/**
 * Follows the paths among the links of a lab with the decoder that judges the recording later, and tells what it sees to the
 * timeline's observations.
 *
 * @param onIoSent is told of every command of an I/O queue
 * @returns what knows the payloads, by the numbers that the observations are told, and the connections
 */
export function observeWire(
  links: ReadonlyMap<string, LabLink>,
  topology: Topology,
  observations: Observations,
  onIoSent: (command: Command, link: string) => void = () => undefined,
): WireTap {
  const tap = new WireTap(topology, {
    onIoSent: (command, association) => onIoSent(command, association.link),
    onCommandSent: (command, association) => observations.sent(command, association),
    onRetry: (command, originals) => {
      for (const original of originals) {
        observations.retried(original, tap.linkOf(original), tap.linkOf(command));
      }
    },
    onAnswered: (command) => observations.answered(command),
    onCcrSent: (source) => observations.ccrSent(source),
    onCcrAccepted: (source) => observations.ccrAccepted(source),
    onCcrEvent: (source) => observations.ccrEvent(source),
    onConnected: (association) => observations.connected(association),
    onGivenUp: (association: Association) => observations.gaveUp(association),
  });
  for (const { name } of topology.links) {
    links.get(name)!.observe((frame, _from, t, delivered) => {
      tap.frame(name, delivered ? 'delivered' : 'sent', frame, t);
    });
  }
  return tap;
}
