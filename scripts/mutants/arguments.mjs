const numbers = { '--seeds': 'seeds', '--patience': 'patience', '--threads': 'threads' };
const switches = { '--qemu': 'qemu', '--json': 'json' };

/**
 * What was asked for on the command line; `problem` says what is wrong with it, null where nothing is. In VMs every
 * trial is run once.
 */
export function parseArguments(argv, threads) {
  const asked = { qemu: false, json: false, seeds: null, patience: null, threads, problem: null };
  for (let i = 0; i < argv.length; i++) {
    const word = argv[i];
    if (word in switches) asked[switches[word]] = true;
    else if (word in numbers) {
      const value = Number(argv[++i]);
      if (!Number.isInteger(value) || value < 1) {
        return { ...asked, problem: `${word} takes a whole number from 1 on.` };
      }
      asked[numbers[word]] = value;
    } else {
      return {
        ...asked,
        problem: `${word} is not known. There are --qemu, --json, --seeds N, --patience N and --threads N.`,
      };
    }
  }
  return {
    ...asked,
    seeds: asked.seeds ?? (asked.qemu ? 1 : 200),
    patience: asked.patience ?? (asked.qemu ? 1 : 20),
  };
}
