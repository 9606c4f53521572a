/** As many points as the screen has, and a brush that is used in px all the same. */
export function fitTo(
  canvas: HTMLCanvasElement,
  brush: CanvasRenderingContext2D,
  width: number,
  height: number,
  ratio: number,
): void {
  const [across, down] = [Math.round(width * ratio), Math.round(height * ratio)];
  if (canvas.width !== across) canvas.width = across;
  if (canvas.height !== down) canvas.height = down;
  brush.setTransform(ratio, 0, 0, ratio, 0, 0);
}
