import type { Pen } from './draw-picture.js';

/** What lies behind the commands: the lanes, the time grid, faults, fences. Runs in the browser. */
export function drawBackground({ scene, x, tools }: Pen): void {
  const { brush: b, width, from, to, picture, layout, theme } = scene;
  const { bottom } = layout;
  drawPanels();
  drawGrid();
  drawFaults();
  drawFences();
  drawEnd();

  function drawPanels(): void {
    b.fillStyle = theme.lane;
    for (const { top, height } of [...layout.lanes, layout.latency, ...layout.consoles]) {
      b.fillRect(0, top, width, height);
    }
  }

  function drawGrid(): void {
    b.strokeStyle = theme.grid;
    b.lineWidth = 1;
    b.textAlign = 'center';
    for (const tick of tools.timeTicks(from, to, width, 90)) {
      const at = Math.round(x(tick.t)) + 0.5;
      b.beginPath();
      b.moveTo(at, layout.strip);
      b.lineTo(at, bottom + 4);
      b.stroke();
      b.fillStyle = theme.muted;
      if (at > 18 && at < width - 18) b.fillText(tick.label, at, bottom + 15);
    }
  }

  function drawFaults(): void {
    const rowEnds: number[] = [];
    for (const fault of picture.faults) {
      const left = x(fault.start);
      const right = x(fault.end);
      if (right < 0 || left > width) continue;
      b.fillStyle = theme.fault;
      b.globalAlpha = 0.2;
      for (const lane of fault.lanes) {
        const place = layout.lanes[lane]!;
        b.fillRect(left, place.top, Math.max(1, right - left), place.height);
      }
      b.globalAlpha = 0.5;
      b.strokeStyle = theme.fault;
      b.setLineDash([3, 3]);
      for (const edge of [left, right]) {
        b.beginPath();
        b.moveTo(edge, layout.strip);
        b.lineTo(edge, bottom);
        b.stroke();
      }
      b.setLineDash([]);
      b.globalAlpha = 1;
      let row = rowEnds.findIndex((end) => end <= left);
      if (row < 0) row = rowEnds.push(0) - 1;
      rowEnds[row] = right;
      const y = 2 + row * 18;
      if (y + 16 <= layout.strip) nameOf(fault.label, left, right, y);
    }
  }

  function nameOf(label: string, left: number, right: number, y: number): void {
    const start = Math.max(0, left);
    b.globalAlpha = 0.35;
    b.fillRect(left, y, Math.max(2, right - left), 16);
    b.globalAlpha = 1;
    b.save();
    b.beginPath();
    b.rect(start, y, Math.max(2, right - start), 16);
    b.clip();
    b.fillStyle = theme.text;
    b.textAlign = 'left';
    b.fillText(label, start + 5, y + 8.5);
    b.restore();
  }

  function drawFences(): void {
    for (const fence of picture.fences) {
      const left = x(fence.start);
      const right = x(fence.end);
      if (fence.profile !== scene.profile || right < -2 || left > width + 2) continue;
      for (const lane of fence.lanes) stripes(lane, left, right);
    }
  }

  function stripes(lane: number, left: number, right: number): void {
    const { top, height } = layout.lanes[lane]!;
    const start = Math.max(0, left);
    const end = Math.min(width, right);
    b.fillStyle = theme.fence;
    b.globalAlpha = 0.16;
    b.fillRect(start, top, Math.max(1, end - start), height);
    // Slanting lines tell the fence from a fault without colour.
    b.save();
    b.beginPath();
    b.rect(start, top, Math.max(0, end - start), height);
    b.clip();
    b.strokeStyle = theme.fence;
    b.globalAlpha = 0.3;
    b.beginPath();
    for (let at = start - (start % 12); at < end + height; at += 12) {
      b.moveTo(at, top);
      b.lineTo(at - height, top + height);
    }
    b.stroke();
    b.restore();
    b.globalAlpha = 1;
    b.strokeStyle = theme.giveup;
    b.lineWidth = 1.5;
    b.beginPath();
    for (const edge of right > left ? [left, right] : [left]) {
      b.moveTo(edge, top);
      b.lineTo(edge, top + height);
    }
    b.stroke();
    b.lineWidth = 1;
  }

  /** Beyond the end of the recording nothing was seen, which is not the same as nothing was there. */
  function drawEnd(): void {
    const left = Math.max(0, x(picture.end));
    if (left >= width) return;
    b.fillStyle = theme.surface;
    b.globalAlpha = 0.7;
    b.fillRect(left, layout.strip, width - left, bottom - layout.strip);
    b.globalAlpha = 1;
    b.strokeStyle = theme.muted;
    b.beginPath();
    b.moveTo(left + 0.5, layout.strip);
    b.lineTo(left + 0.5, bottom);
    b.stroke();
    b.fillStyle = theme.muted;
    b.textAlign = 'left';
    if (width - left > 110) b.fillText('the recording ends', left + 6, 10);
  }
}
