import type { Pen } from './draw-picture.js';

/** The names of lanes and fences, and the steps on the axis: what must stay readable. Runs in the browser. */
export function drawLabels({ scene, x, font, plate }: Pen): void {
  const { brush: b, width, picture, layout, theme } = scene;
  /** Where the name of each lane ends. */
  const nameEnds: number[] = [];
  b.textAlign = 'left';
  picture.lanes.forEach((lane, i) => {
    const { top } = layout.lanes[i]!;
    const first = lane.group !== picture.lanes[i - 1]?.group;
    let at = 8;
    if (first) {
      at = plate(lane.group, at, top + 10, `600 ${font}`, theme.text) + 6;
    }
    nameEnds.push(plate(lane.name, at, top + 10, font, theme.muted));
  });
  for (const fence of picture.fences) {
    const lane = fence.lanes[0];
    if (lane === undefined || fence.profile !== scene.profile) continue;
    const left = x(fence.start);
    if (x(fence.end) < 0 || left > width) continue;
    const label =
      fence.end > fence.start
        ? `given up; fence ends at ${(fence.end / 1e6).toFixed(1)} s by ${fence.by}`
        : 'given up; no fence';
    const room = b.measureText(label).width;
    const at = Math.min(Math.max(left + 5, (nameEnds[lane] ?? 0) + 6), width - room - 6);
    // Where there is no room beside the lane's name, the table of margins has it.
    if (at > (nameEnds[lane] ?? 0))
      plate(label, at, layout.lanes[lane]!.top + 10, font, theme.giveup);
  }
  for (const moment of picture.moments) {
    const at = x(moment.t);
    if (at < 0 || at > width) continue;
    b.fillStyle = theme.text;
    b.beginPath();
    b.moveTo(at - 4, layout.bottom + 6);
    b.lineTo(at + 4, layout.bottom + 6);
    b.lineTo(at, layout.bottom - 1);
    b.closePath();
    b.fill();
  }
}
