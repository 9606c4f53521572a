/**
 * How Prisma's command line calls its schema engine.
 *
 * @typedef {object} Arguments
 * @property {boolean} version only the version is asked for
 * @property {'can-connect-to-database' | 'create-database' | undefined} command one command; without it the requests
 *   come on stdin
 * @property {string | undefined} url of the database
 * @property {string[]} schemaFiles
 *
 * @param {string[]} argv without node and script
 * @param {NodeJS.ProcessEnv} environment
 * @returns {Arguments}
 */
export function readArguments(argv, environment) {
  const after = (name) => argv.flatMap((word, at) => (word === name ? [argv[at + 1]] : []));
  return {
    version: argv.includes('--version'),
    command: ['can-connect-to-database', 'create-database'].find((one) => argv.includes(one)),
    url: urlOf(after('--datasource')[0]) ?? environment.DATABASE_URL,
    schemaFiles: after('--datamodels'),
  };
}

/** The data source is JSON, plain or in base64. */
function urlOf(datasource) {
  if (datasource === undefined) return undefined;
  const plain = datasource.trimStart().startsWith('{');
  return JSON.parse(plain ? datasource : Buffer.from(datasource, 'base64').toString()).url;
}
