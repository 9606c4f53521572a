import { scenarioJsonSchema } from '@fenceline/contracts';
import { Command } from 'commander';

/** `fenceline schema`: the JSON Schema of a scenario, for editors. */
export function schemaCommand(): Command {
  return new Command('schema')
    .description('print the JSON Schema of a scenario, for editors')
    .action(() => {
      process.stdout.write(`${JSON.stringify(scenarioJsonSchema(), null, 2)}\n`);
    });
}
