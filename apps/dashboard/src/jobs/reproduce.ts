import type { Job } from '../app/api-types.js';

/** Quotes a word for a POSIX shell where it needs it. */
export function shellWord(word: string): string {
  return /^[A-Za-z0-9_./:@%+=-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

type Experiment = Pick<Job, 'id' | 'scenario' | 'seed' | 'kernel' | 'driver'>;

/**
 * One line that runs the same experiment on the reader's machine: it fetches the scenario's text by its hash, so that a
 * later version of the file is not taken for it.
 *
 * @param origin of the service
 */
export function reproduceCommand({ scenario, seed, kernel, driver }: Experiment, origin: string) {
  const file = shellWord(`${scenario.name}.yaml`);
  const text = `node -p 'JSON.parse(fs.readFileSync(0)).text'`;
  const fetchIt = `curl -fsS -H "Authorization: Bearer $FENCELINE_TOKEN" ${shellWord(`${origin}/api/v1/scenarios/${scenario.hash}`)}`;
  const options = [
    `--seed ${seed}`,
    ...(kernel === null ? [] : [`--kernel ${shellWord(kernel)}`]),
    ...(driver === 'qemu' ? [] : [`--driver ${driver}`]),
  ];
  return `${fetchIt} | ${text} > ${file} && ./fenceline run ${file} ${options.join(' ')}`;
}

/** One line that judges the very recording again, without a lab. */
export function judgeAgainCommand({ id }: Pick<Job, 'id'>, evidence: string): string {
  const file = shellWord(`./${evidence}`);
  return `./fenceline fetch ${id} --only evidence --out . && ./fenceline judge ${file}`;
}
