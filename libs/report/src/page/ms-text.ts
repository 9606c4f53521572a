/** A time in µs as the tables of the page write it: ms with three decimals. Runs in the browser. */
export function msText(us: number): string {
  return `${(us / 1000).toFixed(3).replace(/\B(?=(\d{3})+(?=\.))/g, ',')} ms`;
}
