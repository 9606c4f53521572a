import type { LabEvent, Plan, PlanHost } from '@fenceline/contracts';
import type { Vm } from '@fenceline/vm';
import type { BlockRange } from '../written-blocks.js';
import { runScript } from './guest.js';
import { readBack } from './guest-scripts.js';
import { liveControllers } from './host.js';

const timeoutMs = 60_000;

type ReadBackEvent = Omit<Extract<LabEvent, { kind: 'read-back' }>, 't'>;

/**
 * Reads blocks back through each live path of a host, one path after the other; what came is in the captures.
 *
 * @returns one event a path
 */
export async function readBackThroughEachPath(
  vm: Vm,
  plan: Plan,
  host: PlanHost,
  ranges: readonly BlockRange[],
): Promise<ReadBackEvent[]> {
  const input = ranges.map((range) => `${range.slba} ${range.blocks}\n`).join('');
  const events: ReadBackEvent[] = [];
  for (const { device, link } of await liveControllers(vm, plan, host)) {
    const event = { kind: 'read-back' as const, host: host.name, path: link.name };
    const args = [device, String(plan.namespaceId), String(plan.blockSize)];
    try {
      await runScript(vm, `reading back over link ${link.name}`, readBack, args, timeoutMs, input);
      events.push({ ...event, ok: true });
    } catch (error) {
      events.push({
        ...event,
        ok: false,
        message: error instanceof Error ? error.message : String(error),
      });
    }
  }
  return events;
}
