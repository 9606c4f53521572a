import { build, EXIT_ERROR, root, setUp, SetupStop } from './setup.mjs';
import { StepError } from './setup/steps.mjs';

/** Makes this machine ready, builds, and becomes the launcher. */
async function main() {
  const unknown = process.argv.slice(2).find((argument) => !['--yes', '-y'].includes(argument));
  if (unknown !== undefined) {
    process.stderr.write(`Unknown argument ${unknown}: npm start knows --yes alone.\n`);
    return 64;
  }
  await setUp('start', { yes: process.argv.length > 2 });
  await build();
  const launcher = await import(new URL('../apps/launcher/dist/main.js', import.meta.url).href);
  process.chdir(root);
  return launcher.main(['start']);
}

try {
  process.exit(await main());
} catch (error) {
  if (!(error instanceof SetupStop || error instanceof StepError)) {
    throw error;
  }
  process.stderr.write(`${error.message}\n`);
  process.exitCode = EXIT_ERROR;
}
