import type { Picture } from '../picture/picture.js';
import type { describeBar } from './describe-bar.js';
import type { msText } from './ms-text.js';
import type { Spot } from './scene.js';

/** What a tooltip says of whatever is pointed at: a title, then names with values. Runs in the browser. */
export function describeSpot(
  spot: Spot,
  picture: Picture,
  tools: { describeBar: typeof describeBar; msText: typeof msText },
): { title: string; rows: [string, string][] } {
  if (spot.kind === 'bar') return tools.describeBar(spot.bar, picture, tools);
  if (spot.kind === 'signal') {
    const { group = '', name = '' } = picture.lanes[spot.signal.lane] ?? {};
    return { title: `${spot.signal.title} · ${group}, ${name}`, rows: spot.signal.rows };
  }
  const { vm, t, text } = spot.line;
  return { title: `Console ${vm} · ${tools.msText(t)}`, rows: [['', text]] };
}
