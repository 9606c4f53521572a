import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Api } from './demo/api.mjs';
import { lookAtMachine } from './demo/machine.mjs';
import { followJob } from './demo/follow-job.mjs';
import { preflight, tableOf } from './demo/preflight.mjs';
import { progressLines } from './demo/progress.mjs';
import { openService } from './demo/service.mjs';
import { summarise } from './demo/summary.mjs';
import { build, EXIT_ERROR, root, setUp, SetupStop } from './setup.mjs';
import { StepError } from './setup/steps.mjs';

const scenario = 'scenarios/stuck-write.yaml';
const kernel = 'debian:6.1';
/** What the VMs of the scenario are. */
const roles = ['host', 'array-node'];
const pollMs = 500;
const say = (line) => process.stderr.write(`${line}\n`);

/** Has the control plane register Debian's kernel, unless it has it, and waits for the images that the scenario boots. */
async function registerKernel(api) {
  const list = `/kernels?name=${encodeURIComponent(kernel)}`;
  if ((await api.get(list)).items.length === 0) {
    say(`… the kernel ${kernel} is fetched from Debian`);
    let fetching = await api.post('/kernels/debian', { name: kernel });
    while (fetching.state !== 'done') {
      if (fetching.state === 'failed') throw new Error(fetching.message);
      await after(pollMs);
      fetching = await api.get(`/kernel-fetches/${fetching.id}`);
    }
  }
  for (let told = ''; ; await after(pollMs)) {
    const [{ images }] = (await api.get(list)).items;
    const wanted = images.filter(({ role }) => roles.includes(role));
    const failed = wanted.find(({ state }) => state === 'failed');
    if (failed !== undefined) throw new Error(failed.message);
    const unready = wanted.filter(({ state }) => state !== 'ready');
    if (unready.length === 0) return;
    const [{ message }] = unready;
    if (message !== '' && message !== told) say(`… ${(told = message)}`);
  }
}

/** The dashboard's page of a job, as a link that signs a browser in, once. */
async function pageOf(api, service, jobId) {
  const { code } = await api.post('/sign-in-codes', {});
  return `${service.address}/jobs/${jobId}#code=${code}`;
}

/** Submits the scenario and follows its job. @returns {Promise<any>} the finished job */
async function runJob(api, service) {
  const text = readFileSync(path.join(root, scenario), 'utf8');
  const run = await api.post('/runs', { name: 'demonstration', scenarios: [{ text }] });
  const { items } = await api.get(`/jobs?runId=${run.id}`);
  const { id } = items[0];
  say(`The job's page: ${await pageOf(api, service, id)}  (signs a browser in, once)`);
  return followJob(api, id, (message) => {
    for (const line of progressLines(message)) say(`… ${line}`);
  });
}

/** Fetches what the job left. @returns the verdict, and where the report and the evidence are */
async function fetchFiles(api, job) {
  const folder = path.join('evidence', 'demo', job.id);
  mkdirSync(path.join(root, folder), { recursive: true });
  const fetchOne = async (kind, name) => {
    const artifact = job.artifacts.find((one) => one.kind === kind);
    if (artifact === undefined) return null;
    const file = path.join(folder, name);
    writeFileSync(path.join(root, file), await api.content(artifact.id));
    return file;
  };
  const verdict = await fetchOne('verdict', 'verdict.json');
  return {
    verdict: verdict === null ? null : JSON.parse(readFileSync(path.join(root, verdict), 'utf8')),
    report: await fetchOne('report', 'report.html'),
    evidence: await fetchOne('evidence', 'evidence.tar.zst'),
  };
}

/** Resolves at Ctrl-C, or when somebody ends us. Asked again (npm passes a Ctrl-C on) we go on stopping all the same. */
function whenAsked() {
  return new Promise((resolve) => {
    process.on('SIGINT', resolve).on('SIGTERM', resolve).on('SIGHUP', resolve);
  });
}

/** @param {boolean} stays whether the service is still there when it is over */
async function demonstrate(service, stays) {
  const api = new Api(service.address, service.token);
  say(`The service: ${service.address}`);
  await registerKernel(api);
  const job = await runJob(api, service);
  const { verdict, ...files } = await fetchFiles(api, job);
  const page = stays ? await pageOf(api, service, job.id) : null;
  process.stdout.write(summarise(verdict, job.outcome, { ...files, page }));
  return job.outcome.exitCode;
}

function readArguments() {
  const options = {
    yes: { type: 'boolean', short: 'y', default: false },
    keep: { type: 'boolean', default: false },
  };
  try {
    return parseArgs({ options }).values;
  } catch (error) {
    say(
      `${error.message}\nThe demonstration knows --yes (install without asking) and --keep (leave the service running).`,
    );
    return null;
  }
}

async function main() {
  const given = readArguments();
  if (given === null) return 64;
  say('Fenceline: does a stale write land when a path fails? A demonstration on a real kernel.');
  const { rows, fit } = preflight(await lookAtMachine(root));
  process.stderr.write(tableOf(rows));
  if (!fit) return EXIT_ERROR;
  await setUp('demo', given);
  await build();
  const asked = whenAsked();
  let toEnd = false;
  void asked.then(() => (toEnd = true));
  const service = await openService(root, say, asked);
  const keep = given.keep || !service.ours;
  const wait = !keep && process.stdout.isTTY === true && process.stdin.isTTY === true;
  try {
    const shown = demonstrate(service, keep || wait);
    const exitCode = await Promise.race([shown, asked.then(() => EXIT_ERROR)]);
    if (keep) {
      say('The service goes on: npm run status, npm run stop.');
    } else if (wait && !toEnd) {
      say('The service goes on until Ctrl-C.');
      await asked;
    }
    return exitCode;
  } finally {
    if (!keep) await service.stop();
  }
}

try {
  // What a stream still waits for keeps nobody.
  process.exit(await main());
} catch (error) {
  if (!(error instanceof SetupStop || error instanceof StepError)) {
    say(error.stack);
  } else {
    say(error.message);
  }
  process.exit(EXIT_ERROR);
}
