import type { Pen } from './draw-picture.js';

/** A panel for each console: a stroke where it printed a line. Runs in the browser. */
export function drawConsoles({ scene, x, font, tools, plate }: Pen): void {
  const { brush: b, from, to, layout, theme, hovered } = scene;
  scene.consoles.forEach(({ vm, lines }, i) => {
    const { top, height } = layout.consoles[i]!;
    b.textAlign = 'left';
    let drawn = -9;
    for (let n = tools.firstFrom(lines, from); n < lines.length; n++) {
      const line = lines[n]!;
      if (line.t > to) break;
      const at = Math.round(x(line.t));
      const pointed = hovered?.kind === 'line' && hovered.line === line;
      if (at < drawn + 2 && !pointed) continue;
      drawn = at;
      b.fillStyle = pointed ? theme.text : theme.muted;
      b.fillRect(at - 1, top + (pointed ? 0 : 3), 2, pointed ? height : height - 6);
    }
    plate(`console ${vm}`, 8, top + height / 2 + 0.5, `600 ${font}`, theme.text);
  });
}
