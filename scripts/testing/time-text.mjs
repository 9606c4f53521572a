/**
 * How long something took, for people: `8 s`, `11 min 2 s`, `1 h 4 min`.
 *
 * @param {number} ms
 * @returns {string}
 */
export function timeText(ms) {
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${seconds % 60} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
