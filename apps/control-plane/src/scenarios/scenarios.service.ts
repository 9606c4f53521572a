import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { parseScenario } from '@fenceline/contracts';
import {
  scenarioTextLimit,
  type operations,
  type InputOf,
  type StoredScenario,
} from '@fenceline/contracts/api';
import type { Principal } from '../access/principal.js';
import { Database } from '../database/database.js';
import type { Scenario } from '../database/generated/client.js';
import { cursorOf, pageAfter, pageFrom } from '../http/cursor.js';
import { Problem } from '../http/problem.js';

/** Scenarios as they were submitted, each stored once under the hash of its text. */
@Injectable()
export class ScenariosService {
  constructor(private readonly database: Database) {}

  /** @throws Problem `invalid-scenario` with every mistake and its place */
  check(text: string): { name: string; hash: string } {
    const bytes = Buffer.from(text);
    if (bytes.length > scenarioTextLimit) {
      throw new Problem(
        'too-large',
        `The scenario has ${bytes.length} bytes; ${scenarioTextLimit} are the most.`,
      );
    }
    const result = parseScenario(text, 'scenario');
    if (!result.ok) {
      throw new Problem('invalid-scenario', result.problems[0]!.message, {
        mend: result.problems[0]!.mend,
        errors: result.problems.map((problem) => ({
          field: problem.path,
          message: problem.message,
          line: problem.line,
          column: problem.column,
        })),
      });
    }
    return { name: result.scenario.name, hash: createHash('sha256').update(bytes).digest('hex') };
  }

  async store(principal: Principal, text: string): Promise<StoredScenario> {
    const { name, hash } = this.check(text);
    const { projectId, owner } = principal;
    const row = await this.database.prisma.scenario.upsert({
      where: { projectId_hash: { projectId, hash } },
      create: { projectId, owner, hash, name, text },
      update: {},
    });
    return answerOf(row);
  }

  async list(
    { projectId }: Principal,
    query: InputOf<typeof operations.scenarios.list>['query'],
  ): Promise<{ items: Omit<StoredScenario, 'text'>[]; next: string | null }> {
    const rows = await this.database.prisma.scenario.findMany({
      where: {
        projectId,
        ...(query.name !== undefined && { name: query.name }),
        ...pageAfter(query.cursor, 'hash'),
      },
      omit: { text: true },
      orderBy: [{ createdAt: 'desc' }, { hash: 'desc' }],
      take: query.limit + 1,
    });
    return pageFrom(rows, query.limit, (row) => cursorOf(row.createdAt, row.hash), answerOf);
  }

  async show({ projectId }: Principal, hash: string): Promise<StoredScenario> {
    const row = await this.database.prisma.scenario.findUnique({
      where: { projectId_hash: { projectId, hash } },
    });
    if (row === null) throw new Problem('not-found', `There is no scenario ${hash}.`);
    return answerOf(row);
  }
}

function answerOf<Row extends Omit<Scenario, 'text'>>(
  row: Row,
): Omit<Row, 'createdAt'> & { createdAt: string } {
  return { ...row, createdAt: row.createdAt.toISOString() };
}
