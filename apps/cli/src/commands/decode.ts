import { ExitCode } from '@fenceline/contracts/exit-code';
import { Command, InvalidArgumentError, Option } from 'commander';
import { decodeFile } from '../decode/decode-file.js';
import { encode } from '../decode/row-buffer.js';
import type { RowFormat } from '../decode/row-format.js';
import { RowWriter } from '../decode/row-writer.js';

interface DecodeOptions {
  json?: boolean;
  csv?: boolean;
  port?: number[];
}

const largestPort = 0xffff;

/** `fenceline decode`: the commands of any capture of NVMe/TCP. */
export function decodeCommand(finish: (code: ExitCode) => void): Command {
  return new Command('decode')
    .description('list the NVMe/TCP commands of a capture (pcap, pcapng)')
    .argument('<capture...>', 'capture files; - reads standard input')
    .addOption(new Option('--json', 'one JSON object a line').conflicts('csv'))
    .addOption(new Option('--csv', 'comma-separated values (RFC 4180)').conflicts('json'))
    .option(
      '--port <n>',
      'TCP port of the controllers, in place of 4420 and 8009; may be repeated',
      appendPort,
    )
    .action(async (files: string[], options: DecodeOptions) => {
      finish(await decode(files, options));
    });
}

async function decode(files: readonly string[], options: DecodeOptions): Promise<ExitCode> {
  const format = await loadFormat(options);
  const writer = new RowWriter(process.stdout);
  let code: ExitCode = ExitCode.asExpected;
  writer.rows.put(encode(format.head));
  for (const file of files) {
    const { remarks, problem } = await decodeFile(file, options.port ?? null, format, writer);
    for (const remark of remarks) process.stderr.write(`fenceline: ${file}: ${remark}\n`);
    if (problem === null) continue;
    process.stderr.write(`fenceline: ${file} ${problem}\n`);
    code = ExitCode.error;
  }
  return code;
}

/** The format that was asked for, and only its code. */
async function loadFormat({ json, csv }: DecodeOptions): Promise<RowFormat> {
  if (json === true) return (await import('../decode/json-rows.js')).jsonRows;
  if (csv === true) return (await import('../decode/csv-rows.js')).csvRows;
  const { textRows } = await import('../decode/text-rows.js');
  const { styleFor } = await import('../terminal/style.js');
  return textRows(styleFor(process.stdout));
}

function appendPort(text: string, before: number[] = []): number[] {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port < 1 || port > largestPort) {
    throw new InvalidArgumentError(`a port is a whole number from 1 to ${largestPort}.`);
  }
  return [...before, port];
}
