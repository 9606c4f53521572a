import { ExitCode } from '@fenceline/contracts/exit-code';
import { Command } from 'commander';
import { readLogins, writeLogins } from '../service/login-file.js';
import { serviceAddress } from '../service/service-address.js';

/** `fenceline logout`: forgets the token of a service. */
export function logoutCommand(finish: (code: ExitCode) => void): Command {
  return new Command('logout')
    .description('forget the token of a service; it holds until it is revoked all the same')
    .argument('[service]', 'address; the one of the last login')
    .option('--json', 'print one JSON object and nothing else on stdout', false)
    .action(async (service: string | undefined, options: { json: boolean }) => {
      const url = await logout(service);
      process.stdout.write(
        options.json
          ? `${JSON.stringify({ service: url })}\n`
          : `${url === null ? 'Nobody was logged in.' : `Logged out of ${url}`}\n`,
      );
      finish(ExitCode.asExpected);
    });
}

/** @returns the service whose token was forgotten; null where there was none */
async function logout(given: string | undefined): Promise<string | null> {
  const logins = await readLogins();
  const url = given === undefined ? logins.service : serviceAddress(given);
  if (url === null || !(url in logins.tokens)) return null;
  const tokens = Object.fromEntries(Object.entries(logins.tokens).filter(([name]) => name !== url));
  await writeLogins({ ...logins, tokens, service: logins.service === url ? null : logins.service });
  return url;
}
