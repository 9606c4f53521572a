import { Link } from 'wouter';
import type { MarginSeries } from '../app/api-types.js';
import { formatMargin } from '../ui/format.js';
import styles from './margin-chart.module.css';
import { scaleOf, trendOf, type TrendPoint } from './trend.js';

const frame = { width: 240, height: 64, pad: 6 };

/** Margins of one scenario on one kernel, run by run: what is below the line is violated. */
export function MarginChart({ series }: { series: MarginSeries }) {
  const trend = trendOf(series.points);
  const { x, y } = scaleOf(trend, frame);
  const zero = y(0);
  const query = new URLSearchParams({ scenario: series.scenario });
  if (series.kernel !== null) query.set('kernel', series.kernel);
  const placed = (field: 'firstRetryMs' | 'lastApplyMs') =>
    trend.flatMap((point, index) => {
      const ms = point[field];
      return ms === null ? [] : [{ x: x(index), y: y(ms), ms, key: point.runId }];
    });
  const [retries, applies] = [placed('firstRetryMs'), placed('lastApplyMs')];
  return (
    <figure className={styles['chart']}>
      <figcaption>
        <Link href={`/jobs?${query.toString()}`}>{series.scenario}</Link>
        <span className={styles['kernel']}>{series.kernel ?? 'kernels of the scenario'}</span>
      </figcaption>
      <svg
        viewBox={`0 0 ${frame.width} ${frame.height}`}
        role="img"
        aria-label={`Margins over ${trend.length} runs. ${newestText(trend)}`}
      >
        {zero < frame.height - frame.pad && (
          <rect
            y={zero}
            width={frame.width}
            height={frame.height - zero}
            className={styles['below']}
          />
        )}
        <path d={`M0 ${zero}H${frame.width}`} className={styles['zero']} />
        <path d={lineOf(retries)} className={styles['line']} />
        <path d={lineOf(applies)} className={styles['dashes']} />
        {retries.map((point) => (
          <circle
            key={point.key}
            cx={point.x}
            cy={point.y}
            r="3"
            className={styles[toneOf(point.ms)]}
          />
        ))}
        {applies.map((point) => (
          <path
            key={point.key}
            d={`M${point.x} ${point.y - 4}l4 4-4 4-4-4z`}
            className={styles[`open-${toneOf(point.ms)}`]}
          />
        ))}
      </svg>
      <div className={styles['newest']}>{newestText(trend)}</div>
    </figure>
  );
}

function lineOf(points: readonly { x: number; y: number }[]): string {
  return points.map((point, index) => `${index === 0 ? 'M' : 'L'}${point.x} ${point.y}`).join('');
}

function toneOf(ms: number): 'violated' | 'held' {
  return ms < 0 ? 'violated' : 'held';
}

function newestText(trend: readonly TrendPoint[]): string {
  const newest = trend.at(-1);
  const parts = [
    ['retry', newest?.firstRetryMs],
    ['apply', newest?.lastApplyMs],
  ] as const;
  return parts
    .flatMap(([name, ms]) =>
      ms === null || ms === undefined ? [] : [`${name} ${formatMargin(ms)}`],
    )
    .join(', ');
}
