import type { Clock, LabEvent } from '@fenceline/contracts';
import type { Vm } from '@fenceline/vm';

/** Compares each guest's clock with the lab's: under emulation a guest may fall behind. */
export class GuestClocks {
  private readonly first = new Map<string, { lab: number; guest: number }>();

  constructor(private readonly clock: Clock) {}

  async start(vm: Vm): Promise<void> {
    this.first.set(vm.name, await this.read(vm));
  }

  /** Guest seconds per second of the lab since `start`. */
  async ratio(vm: Vm): Promise<LabEvent> {
    const now = await this.read(vm);
    const first = this.first.get(vm.name) ?? { lab: 0, guest: 0 };
    const ratio = (now.guest - first.guest) / (now.lab - first.lab);
    return { t: now.lab, kind: 'guest-clock', vm: vm.name, ratio: Math.round(ratio * 1e5) / 1e5 };
  }

  /** Both clocks in ns; the lab's is taken half-way between question and answer. */
  private async read(vm: Vm): Promise<{ lab: number; guest: number }> {
    const asked = this.clock.now();
    const guest = Number(await vm.agent.time());
    return { lab: Math.round((asked + this.clock.now()) / 2), guest };
  }
}
