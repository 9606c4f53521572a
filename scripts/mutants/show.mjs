/** The campaign as a table for people, its sum in the last line. */
export function formatCampaign({ hunts, alarms, trials }) {
  const rows = hunts.map(({ side, name, scenario, rule, blame, seed, caught, why }) => [
    side === 'host' ? 'host' : 'controller',
    name,
    scenario,
    caught ? rule : `MISSED: ${why}`,
    caught ? blame : '',
    caught ? String(seed) : '',
  ]);
  const lines = layOut([['of', 'mutant', 'scenario', 'found by', 'blames', 'seeds'], ...rows]);
  const caught = hunts.filter((one) => one.caught).length;
  const falsely = alarms.map(
    ({ scenario, seed, deviations }) => `false alarm: ${scenario}, seed ${seed}: ${deviations[0]}`,
  );
  const sum = `caught ${caught}/${hunts.length}, false alarms ${alarms.length}/${trials}`;
  return [...lines, ...falsely, sum].map((line) => `${line}\n`).join('');
}

function layOut(rows) {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  return rows.map((row) =>
    row
      .map((cell, i) => cell.padEnd(widths[i]))
      .join('  ')
      .trimEnd(),
  );
}
