import { z } from 'zod';
import { instantSchema, ownedFields, sha256Schema } from '../fields.js';
import { operation } from '../operation.js';
import { pageOf, pageQuerySchema } from '../page.js';

/** The most bytes of UTF-8 that a scenario's text may have. */
export const scenarioTextLimit = 256 * 1024;

const scenarioTextSchema = z.object({
  /** The YAML text. */
  text: z.string().min(1).max(scenarioTextLimit),
});

export const storedScenarioSchema = z
  .object({
    ...ownedFields,
    hash: sha256Schema,
    name: z.string(),
    text: z.string(),
    createdAt: instantSchema,
  })
  .meta({ id: 'Scenario' });
export type StoredScenario = z.infer<typeof storedScenarioSchema>;

export const scenarioOperations = {
  validate: operation({
    id: 'validateScenario',
    tag: 'scenarios',
    method: 'POST',
    path: '/scenarios/validate',
    access: 'read',
    summary: 'Checks a scenario and stores nothing',
    body: scenarioTextSchema,
    answer: z.object({ name: z.string(), hash: sha256Schema }).meta({ id: 'ValidScenario' }),
    status: 200,
    problems: ['invalid-scenario'],
  }),
  store: operation({
    id: 'storeScenario',
    tag: 'scenarios',
    method: 'POST',
    path: '/scenarios',
    access: 'submit',
    summary: 'Stores a scenario under the hash of its text; one that is there is given back',
    body: scenarioTextSchema,
    answer: storedScenarioSchema,
    problems: ['invalid-scenario'],
    idempotent: true,
  }),
  list: operation({
    id: 'listScenarios',
    tag: 'scenarios',
    method: 'GET',
    path: '/scenarios',
    access: 'read',
    summary: 'Stored scenarios, newest first',
    query: pageQuerySchema.extend({ name: z.string().max(100).optional() }),
    answer: pageOf('ScenarioPage', storedScenarioSchema.omit({ text: true })),
  }),
  show: operation({
    id: 'showScenario',
    tag: 'scenarios',
    method: 'GET',
    path: '/scenarios/{hash}',
    access: 'read',
    summary: 'One scenario with its text',
    params: z.object({ hash: sha256Schema }),
    answer: storedScenarioSchema,
  }),
};
