import { answerOf, connect } from '@fenceline/client';
import { ExitCode } from '@fenceline/contracts/exit-code';
import { Command } from 'commander';
import { readLogins, writeLogins } from '../service/login-file.js';
import { isExposed, serviceAddress } from '../service/service-address.js';
import { readSecret } from '../terminal/read-secret.js';
import { UsageError } from '../usage-error.js';

interface LoginOptions {
  tokenStdin: boolean;
  json: boolean;
}

/** `fenceline login`: keeps a token of a service for the commands that follow. */
export function loginCommand(finish: (code: ExitCode) => void): Command {
  return new Command('login')
    .description('check and keep a token of a service, for the commands that follow')
    .argument('[service]', 'address, such as http://127.0.0.1:8080; the one of the last login')
    .option('--token-stdin', 'read the token from standard input; else it is asked for', false)
    .option('--json', 'print one JSON object and nothing else on stdout', false)
    .action(async (service: string | undefined, options: LoginOptions) => {
      await login(service, options);
      finish(ExitCode.asExpected);
    });
}

async function login(service: string | undefined, options: LoginOptions): Promise<void> {
  const logins = await readLogins();
  const given = service ?? (process.env['FENCELINE_SERVICE'] || logins.service);
  if (given === null) throw new UsageError('Which service? fenceline login http://HOST:PORT');
  const url = serviceAddress(given);
  const token = await tokenFor(url, options);
  const who = await answerOf(connect({ service: url, token }).GET('/session'));
  await writeLogins({ ...logins, service: url, tokens: { ...logins.tokens, [url]: token } });
  if (isExposed(url)) {
    process.stderr.write(
      `fenceline: ${url} is not encrypted: who is on the way reads the token.\n`,
    );
  }
  const { owner, scopes, expiresAt } = who;
  process.stdout.write(
    options.json
      ? `${JSON.stringify({ service: url, owner, scopes, expiresAt })}\n`
      : `Logged in to ${url} as ${owner}: ${scopes.join(', ')}\n`,
  );
}

/** The token: never an argument, which every process of the machine could read. */
async function tokenFor(url: string, { tokenStdin }: LoginOptions): Promise<string> {
  const token = (await givenToken(url, tokenStdin)).trim();
  if (!/^[\x21-\x7e]{1,200}$/.test(token)) throw new UsageError('This is not a token.');
  return token;
}

async function givenToken(url: string, fromStdin: boolean): Promise<string> {
  if (fromStdin) return (await process.stdin.toArray()).join('');
  const fromEnvironment = process.env['FENCELINE_TOKEN'];
  if (fromEnvironment !== undefined && fromEnvironment !== '') return fromEnvironment;
  if (!process.stdin.isTTY) {
    throw new UsageError('There is no terminal to ask on: give the token with --token-stdin.');
  }
  return await readSecret(`Token for ${url}: `, process.stdin, process.stderr);
}
