import { execFile, spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { text as readText } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { startPostgres, startRedis } from '@fenceline/embedded';
import pg from 'pg';
import { cpuOf, cpuOfFamily } from '../measure-process.mjs';

const run = promisify(execFile);
const agent = new Agent({ keepAlive: true });
const root = new URL('../../../', import.meta.url);

/** Starts Postgres, which syncs to disk, Redis and one control plane as processes of their own. */
export async function openService(folder) {
  const postgres = await startPostgres({ folder: path.join(folder, 'postgres') });
  const redis = await startRedis({ folder: path.join(folder, 'redis') });
  const databaseUrl = await postgres.database('fenceline');
  const environment = { ...process.env, DATABASE_URL: databaseUrl };
  await run('npx', ['--no', '--', 'prisma', 'migrate', 'deploy'], { cwd: root, env: environment });
  const controlPlane = spawn(process.execPath, ['apps/control-plane/dist/main.js'], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      ...environment,
      REDIS_URL: redis.url,
      FENCELINE_ARTIFACTS: path.join(folder, 'artifacts'),
      FENCELINE_TOKEN_RATE: '0',
      FENCELINE_ADDRESS_RATE: '0',
      FENCELINE_LOG_LEVEL: 'error',
    },
  });
  const [line] = await once(createInterface(controlPlane.stdout), 'line');
  const url = `${JSON.parse(line).listening.replace('[::1]', '127.0.0.1')}/api/v1`;
  const pool = new pg.Pool({ connectionString: databaseUrl });
  const token = await newSecret(pool);
  const text = await readFile(new URL('scenarios/stuck-write.yaml', root), 'utf8');
  const ask = (method, route, body, secret = token) => call(url, method, route, body, secret);
  let seed = 1;
  return {
    databaseUrl,
    pool,
    ask,
    /** Seconds of processor time that each part has had so far. */
    cpu: () => ({
      'control plane': cpuOfFamily(controlPlane.pid),
      Postgres: cpuOfFamily(postgres.pid),
      'load generator': cpuOf(process.pid),
    }),
    async submit(count) {
      const body = {
        scenarios: [{ text }],
        seeds: { from: seed, count },
        driver: 'simulated',
        labels: ['bench'],
      };
      seed += count;
      const { id } = await ask('POST', '/runs', body);
      return { runId: id };
    },
    async worker(name, slots) {
      const { secret: joinToken } = await ask('POST', '/join-tokens', { expiresInHours: 1 });
      const capacity = {
        ...{ slots, memoryMib: slots * 256, cores: slots },
        ...{ accelerator: null, labels: [], version: 'bench' },
      };
      const { credential } = await ask('POST', '/worker/enrol', { joinToken, name, capacity });
      return (method, route, body) => ask(method, route, body, credential);
    },
    async lastEvent() {
      const { rows } = await pool.query('SELECT coalesce(max(number), 0) AS last FROM events');
      return rows[0];
    },
    subscribe: (after, listen) => subscribe(`${url}/events?after=${after}`, token, listen),
    async close() {
      controlPlane.kill('SIGTERM');
      await once(controlPlane, 'exit');
      agent.destroy();
      await pool.end();
      await redis.stop();
      await postgres.stop();
    },
  };
}

async function newSecret(pool) {
  const secret = `flt_${randomBytes(32).toString('base64url')}`;
  await pool.query(
    `INSERT INTO tokens (project_id, owner, name, hash, scopes)
     SELECT id, 'bench', 'bench', $1, ARRAY['read', 'submit', 'operate', 'admin'] FROM projects LIMIT 1`,
    [createHash('sha256').update(secret).digest()],
  );
  return secret;
}

/** Node's own client: `fetch` takes twice as much of the processors that the service is measured on. */
async function call(url, method, route, body, secret) {
  const json = body === undefined ? '' : JSON.stringify(body);
  const sent = request(url + route, {
    ...{ method, agent },
    headers: {
      ...{ authorization: `Bearer ${secret}`, 'content-type': 'application/json' },
      'content-length': Buffer.byteLength(json),
    },
  });
  sent.end(json);
  const [response] = await once(sent, 'response');
  const answer = await readText(response);
  if (response.statusCode >= 300) {
    throw new Error(`${method} ${route}: ${response.statusCode} ${answer}`);
  }
  return answer === '' ? null : JSON.parse(answer);
}

/** Reads server-sent events; `listen` gets each with the time at which it came, ms. */
function subscribe(url, token, listen) {
  const ended = new globalThis.AbortController();
  const headers = { authorization: `Bearer ${token}` };
  const opened = globalThis.fetch(url, { headers, signal: ended.signal });
  const reading = opened.then(async ({ body }) => {
    let text = '';
    const decoder = new globalThis.TextDecoder();
    for await (const chunk of body) {
      const at = performance.now();
      text += decoder.decode(chunk, { stream: true });
      const parts = text.split('\n\n');
      text = parts.pop();
      for (const part of parts) {
        const data = /^data: (.*)$/m.exec(part)?.[1];
        if (data !== undefined) listen(JSON.parse(data), at);
      }
    }
  });
  return {
    opened,
    async close() {
      ended.abort();
      await reading.catch(() => undefined);
    },
  };
}
