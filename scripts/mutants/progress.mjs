/** How often a log is told. */
const everyMs = 10_000;

/** Tells how far a campaign is: on a terminal in one line that changes, in a log now and then. */
export function showProgress(stream) {
  let toldAt = performance.now();
  return {
    told: (done, planned) => {
      const text = `${done} of ${planned} runs`;
      if (stream.isTTY) stream.write(`\r${text}\u001b[K`);
      else if (performance.now() - toldAt > everyMs) {
        toldAt = performance.now();
        stream.write(`${text}\n`);
      }
    },
    end: () => {
      if (stream.isTTY) stream.write('\r\u001b[K');
    },
  };
}
