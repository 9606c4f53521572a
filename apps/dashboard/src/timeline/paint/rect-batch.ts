import type { Brush } from './scene.js';

/** Rectangles of one colour that are filled at once; its memory is used again for each picture. */
export class RectBatch {
  private values = new Float32Array(4 * 1024);
  private length = 0;

  add(x: number, y: number, width: number, height: number): void {
    if (this.length === this.values.length) {
      const larger = new Float32Array(this.values.length * 2);
      larger.set(this.values);
      this.values = larger;
    }
    const { values, length } = this;
    values[length] = x;
    values[length + 1] = y;
    values[length + 2] = width;
    values[length + 3] = height;
    this.length += 4;
  }

  fill(brush: Brush, colour: string, alpha = 1): void {
    const { values, length } = this;
    if (length > 0) {
      brush.globalAlpha = alpha;
      brush.fillStyle = colour;
      for (let i = 0; i < length; i += 4) {
        brush.fillRect(values[i]!, values[i + 1]!, values[i + 2]!, values[i + 3]!);
      }
      brush.globalAlpha = 1;
    }
    this.length = 0;
  }
}
