import { Injectable } from '@nestjs/common';
import type { operations, InputOf, StoredScenario } from '@fenceline/contracts/api';
import type { Principal } from '../access/principal.js';
import { recordChange } from '../audit/record-change.js';
import { Database } from '../database/database.js';
import type { Scenario } from '../database/generated/client.js';
import { readPage } from '../http/cursor.js';
import { Problem } from '../http/problem.js';
import { readScenario } from './read-scenario.js';
import { storeScenarios } from './store-scenarios.js';

/** Scenarios as they were submitted, each stored once under the hash of its text. */
@Injectable()
export class ScenariosService {
  constructor(private readonly database: Database) {}

  /** @throws Problem `invalid-scenario` with every mistake and its place */
  check(text: string): { name: string; hash: string } {
    const { hash, scenario } = readScenario(text);
    return { name: scenario.name, hash };
  }

  async store(principal: Principal, text: string): Promise<StoredScenario> {
    const { name, hash } = this.check(text);
    await this.database.transaction(async (sql) => {
      const stored = await storeScenarios(sql, principal, [{ hash, name, text }]);
      if (stored.length > 0) await recordChange(sql, hash);
    });
    return this.show(principal, hash);
  }

  async list(
    { projectId }: Principal,
    query: InputOf<typeof operations.scenarios.list>['query'],
  ): Promise<{ items: Omit<StoredScenario, 'text'>[]; next: string | null }> {
    return readPage(
      query,
      'hash',
      ({ after, order }) =>
        this.database.prisma.scenario.findMany({
          where: {
            projectId,
            ...(query.name !== undefined && { name: query.name }),
            ...after,
          },
          omit: { text: true },
          ...order,
        }),
      answerOf,
    );
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
