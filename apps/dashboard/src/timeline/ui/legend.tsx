import type { TimelineHeader } from '@fenceline/report/timeline';

const items = [
  ['bar', 'write', 'write, sent until answered'],
  ['bar', 'read', 'read'],
  ['bar', 'admin', 'admin command'],
  ['hollow', 'open', 'no answer came'],
  ['cross', 'failed', 'answered with an error'],
  ['bar', 'apply', 'received until applied'],
  ['hollow', 'held', 'held by a fault'],
  ['bar', 'stale', 'stale write'],
  ['bar', 'destroyed', 'newer write that it destroyed'],
  ['shade', 'fault', 'fault'],
  ['slants', 'fence', 'fence of the host'],
  ['ring', 'signal', 'Keep Alive'],
] as const;

const signals = [
  ['diamond', 'CCR sent'],
  ['disc', 'CCR success'],
  ['flag', 'asynchronous event'],
  ['square', 'log page 1Eh read'],
] as const;

/** What the shapes and colours mean, those that this recording can have. */
export function Legend({ header }: { header: TimelineHeader }) {
  const stale = header.findings.some(({ rule }) => rule === 'no-stale-overwrite');
  const shown = items.filter(([, name]) => stale || (name !== 'stale' && name !== 'destroyed'));
  return (
    <ul className="tl-legend" aria-label="Legend">
      {shown.map(([shape, name, text]) => (
        <li key={text}>
          <i className={`tl-swatch tl-${shape}`} style={{ color: `var(--tl-${name})` }} />
          {text}
        </li>
      ))}
      {header.signals.length > 0 &&
        signals.map(([shape, text]) => (
          <li key={text}>
            <i className={`tl-swatch tl-${shape}`} style={{ color: 'var(--tl-signal)' }} />
            {text}
          </li>
        ))}
      {header.moments.length > 0 && (
        <li>
          <i className="tl-swatch tl-step" style={{ color: 'var(--tl-ink)' }} />
          step of the scenario
        </li>
      )}
    </ul>
  );
}
