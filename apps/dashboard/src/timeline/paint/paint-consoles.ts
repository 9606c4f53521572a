import type { Scene } from './scene.js';

/** A stroke for each line that a VM printed; where there are many in one place, one. */
export function paintConsoles({ brush, theme, header, bands, scale, lines, cursor }: Scene): void {
  const bandOf = new Map(
    bands.list.flatMap((band) => (band.vm === null ? [] : [[header.consoles.vms[band.vm], band]])),
  );
  const drawn = new Map<string, number>();
  brush.fillStyle = theme['ink-2'];
  for (const { t, vm } of lines) {
    const band = bandOf.get(vm);
    const x = Math.round(scale.x(t));
    if (band === undefined || x < 0 || x > scale.width || drawn.get(vm) === x) continue;
    drawn.set(vm, x);
    const near = cursor !== null && Math.abs(scale.x(cursor) - x) <= 1;
    brush.fillStyle = near ? theme.cursor : theme['ink-2'];
    brush.fillRect(x, band.top + 5, near ? 2 : 1, band.height - 11);
  }
}
