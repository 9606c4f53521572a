import { rem } from './unit.js';
import type { Bands } from '../view/bands.js';

/** The names of the bands, each beside its own. Where there is no room beside them they lie over the picture. */
export function BandLabels({ bands, top }: { bands: Bands; top: number }) {
  return (
    <ol className="tl-bands" aria-label="From top to bottom" style={{ paddingTop: rem(top) }}>
      {bands.list.map((band) => (
        <li
          key={band.top}
          className={`tl-band tl-band-${band.kind}`}
          style={{ top: rem(band.top + top), height: rem(band.height) }}
        >
          <span>{band.label}</span>
        </li>
      ))}
    </ol>
  );
}
