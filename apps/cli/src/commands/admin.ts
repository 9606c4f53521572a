import { answerOf } from '@fenceline/client';
import { scopeSchema, type Scope } from '@fenceline/contracts/api';
import { ExitCode } from '@fenceline/contracts/exit-code';
import { Command, Option } from 'commander';
import { checkId } from '../service/find-target.js';
import { listOptions, printList, type ListOptions } from '../service/list-output.js';
import { openService } from '../service/open-service.js';
import { counted, moment } from '../service/text.js';
import { findWorker, listWorkers } from '../service/workers-list.js';
import { adminKernelCommand } from './admin-kernel.js';
import { parseWhole } from './arguments.js';
import { rejudgeCommand } from './rejudge.js';

interface NewTokenOptions {
  owner: string;
  name: string;
  scope: Scope[];
  days?: number;
  json: boolean;
}

const mostDays = 3650;
const mostHours = 30 * 24;

/** `fenceline admin`: tokens, workers, kernels and the audit log of a service. */
export function adminCommand(finish: (code: ExitCode) => void): Command {
  const admin = new Command('admin').description(
    'tokens, workers, kernels, judging again and the audit log of a service',
  );
  const done = (): void => finish(ExitCode.asExpected);
  addTokenCommands(admin.command('token').description('tokens: who may do what'), done);
  addWorkerCommands(admin.command('worker').description('workers: who runs labs'), done);
  admin.addCommand(adminKernelCommand(done));
  admin.addCommand(rejudgeCommand(finish));
  const audit = admin
    .command('audit')
    .description('list the changes that somebody made, the newest first')
    .option('--actor <name>', 'owner of the token, or name of the worker')
    .option('--action <operation>', 'such as cancelJob')
    .action(async (options: ListOptions & { actor?: string; action?: string }) => {
      await listAudit(options);
      done();
    });
  for (const option of listOptions()) audit.addOption(option);
  return admin;
}

function addTokenCommands(token: Command, done: () => void): void {
  token
    .command('create')
    .description('make a token; it is printed now and never again')
    .requiredOption('--owner <name>', 'whose it is: all that it makes is theirs')
    .requiredOption('--name <text>', 'what it is for')
    .addOption(
      new Option('--scope <scope...>', 'what it may do')
        .choices(scopeSchema.options)
        .makeOptionMandatory(),
    )
    .option('--days <n>', 'how long it holds; without end when not given', (text: string) =>
      parseWhole(text, 1, mostDays),
    )
    .option('--json', 'print one JSON object and nothing else on stdout', false)
    .action(async (options: NewTokenOptions) => {
      await createToken(options);
      done();
    });
  const list = token
    .command('list')
    .description('list tokens, without their secrets')
    .option('--owner <name>')
    .action(async (options: ListOptions & { owner?: string }) => {
      await listTokens(options);
      done();
    });
  for (const option of listOptions()) list.addOption(option);
  token
    .command('revoke')
    .description('end tokens and their sessions, at once and for good')
    .argument('<id...>', 'as list prints them')
    .option('--json', 'print one JSON object and nothing else on stdout', false)
    .action(async (ids: string[], { json }: { json: boolean }) => {
      await revokeTokens(ids);
      const words = `Revoked: ${counted(ids.length, 'token')}`;
      process.stdout.write(json ? `${JSON.stringify({ revoked: ids })}\n` : `${words}\n`);
      done();
    });
}

function addWorkerCommands(worker: Command, done: () => void): void {
  const list = worker
    .command('list')
    .description('list workers, and how busy they are')
    .option('--revoked', 'those that were revoked too', false)
    .action(async (options: ListOptions & { revoked: boolean }) => {
      await listWorkers(options);
      done();
    });
  for (const option of listOptions()) list.addOption(option);
  const changes = {
    drain: 'give a worker nothing more; what it runs goes on to its end',
    enable: 'give a worker work again',
    disable: 'as drain, until an administrator enables it again',
    revoke: 'end a worker at once and for good; what it runs is placed elsewhere',
  };
  for (const change of ['drain', 'enable', 'disable', 'revoke'] as const) {
    worker
      .command(change)
      .description(changes[change])
      .argument('<worker>', 'id or name, as list prints them')
      .option('--json', 'print one JSON object and nothing else on stdout', false)
      .action(async (id: string, options: { json: boolean }) => {
        await changeWorker(id, change, options.json);
        done();
      });
  }
  worker
    .command('join-token')
    .description('make a token with which one worker may enrol, once')
    .option(
      '--hours <n>',
      'how long it holds',
      (text: string) => parseWhole(text, 1, mostHours),
      24,
    )
    .option('--json', 'print one JSON object and nothing else on stdout', false)
    .action(async (options: { hours: number; json: boolean }) => {
      await createJoinToken(options);
      done();
    });
}

async function createToken({ owner, name, scope, days, json }: NewTokenOptions): Promise<void> {
  const { client } = await openService();
  const expiresAt =
    days === undefined ? null : new Date(Date.now() + days * 24 * 3600 * 1000).toISOString();
  const body = { owner, name, scopes: scope, expiresAt };
  const token = await answerOf(client.POST('/tokens', { body }));
  printSecret(token, `token ${token.id} of ${token.owner}: ${token.scopes.join(', ')}`, json);
}

async function createJoinToken({ hours, json }: { hours: number; json: boolean }): Promise<void> {
  const { client } = await openService();
  const token = await answerOf(client.POST('/join-tokens', { body: { expiresInHours: hours } }));
  printSecret(token, `for one worker, until ${moment(token.expiresAt)}`, json);
}

/** The secret alone on stdout, so that it can be piped to where it is needed; about it on stderr. */
function printSecret(token: { secret: string }, about: string, json: boolean): void {
  if (!json) process.stderr.write(`${about}; the secret is shown this once:\n`);
  process.stdout.write(json ? `${JSON.stringify(token)}\n` : `${token.secret}\n`);
}

async function listTokens({
  limit,
  json,
  ...filter
}: ListOptions & { owner?: string }): Promise<void> {
  const { client } = await openService();
  const when = (instant: string | null): string => (instant === null ? '' : moment(instant));
  interface Token {
    id: string;
    owner: string;
    name: string;
    scopes: string[];
    expiresAt: string | null;
    lastUsedAt: string | null;
    revokedAt: string | null;
  }
  const columns = {
    token: ({ id }: Token) => id,
    owner: ({ owner }: Token) => owner,
    scopes: ({ scopes }: Token) => scopes.join(' '),
    expires: ({ expiresAt }: Token) => when(expiresAt),
    'last used': ({ lastUsedAt }: Token) => when(lastUsedAt),
    revoked: ({ revokedAt }: Token) => when(revokedAt),
    for: ({ name }: Token) => name,
  };
  await printList({ limit, json }, columns, (page) =>
    answerOf(client.GET('/tokens', { params: { query: { ...filter, ...page } } })),
  );
}

async function revokeTokens(ids: readonly string[]): Promise<void> {
  ids.forEach(checkId);
  const { client } = await openService();
  for (const tokenId of ids) {
    await answerOf(client.DELETE('/tokens/{tokenId}', { params: { path: { tokenId } } }));
  }
}

async function changeWorker(
  given: string,
  change: 'drain' | 'enable' | 'disable' | 'revoke',
  json: boolean,
): Promise<void> {
  const { client } = await openService();
  const params = { path: { workerId: await findWorker(client, given) } };
  const worker = await answerOf(client.POST(`/workers/{workerId}/${change}`, { params }));
  const state = worker.revokedAt === null ? worker.state : 'revoked';
  const words = `worker ${worker.name}: ${state}, runs ${counted(worker.attempts.length, 'attempt')}`;
  process.stdout.write(json ? `${JSON.stringify(worker)}\n` : `${words}\n`);
}

async function listAudit({
  limit,
  json,
  ...filter
}: ListOptions & { actor?: string; action?: string }): Promise<void> {
  const { client } = await openService();
  interface Entry {
    createdAt: string;
    actor: string;
    action: string;
    subject: string | null;
  }
  const columns = {
    time: ({ createdAt }: Entry) => moment(createdAt),
    who: ({ actor }: Entry) => actor,
    did: ({ action }: Entry) => action,
    to: ({ subject }: Entry) => subject ?? '',
  };
  await printList({ limit, json }, columns, (page) =>
    answerOf(client.GET('/audit', { params: { query: { ...filter, ...page } } })),
  );
}
