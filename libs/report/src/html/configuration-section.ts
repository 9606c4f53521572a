import type { Machine } from '@fenceline/contracts';
import type { ReportInput } from '../input.js';
import { duration, grouped } from '../words.js';
import { html, type Html } from './escape.js';

/** What ran, so that somebody else can run it again: kernels, images, machine, QEMU, workload. */
export function configurationSection({ manifest, plan, qemu, verdict }: ReportInput): Html {
  const { machine } = manifest;
  return html`<section id="configuration">
    <h2>Configuration</h2>
    <div class="scroll">
      <table>
        <thead>
          <tr>
            <th scope="col">VM</th>
            <th scope="col">kernel</th>
            <th scope="col">version</th>
            <th scope="col">can</th>
            <th scope="col">SHA-256 of the image</th>
          </tr>
        </thead>
        <tbody>
          ${Object.entries(manifest.kernels).map(
            ([vm, kernel]) =>
              html`<tr>
                <th scope="row">${vm}</th>
                <td>${kernel.name}</td>
                <td>${kernel.version}</td>
                <td>${kernel.capabilities.join(', ') || '–'}</td>
                <td><span class="mono">${kernel.sha256 ?? 'none: simulated'}</span></td>
              </tr>`,
          )}
        </tbody>
      </table>
    </div>
    ${fold('Paths', pathsTable(plan))}
    ${fold(
      'Guest images and packages',
      html`<table>
        <tbody>
          ${Object.entries(manifest.images).map(([role, hash]) => pair(role, hash))}
          ${Object.entries(manifest.guestPackages).map(([name, version]) => pair(name, version))}
        </tbody>
      </table>`,
    )}
    ${fold(
      'Machine and times',
      html`<table>
        <tbody>
          ${pair('Fenceline', manifest.fencelineVersion)}
          ${machine === null ? pair('driver', 'simulated: no VM, no kernel, virtual time') : machineRows(machine)}
          ${Object.entries(verdict.durationMs).map(([phase, ms]) => pair(`time for ${phase}`, duration(ms)))}
        </tbody>
      </table>`,
    )}
    ${plan.workloads.map((workload) =>
      fold(`Workload ${workload.name} on ${workload.host}`, commandLine(workload.argv)),
    )}
    ${qemu.map(({ vm, commandLine: argv }) => fold(`QEMU of ${vm}`, commandLine(argv)))}
    ${fold(
      `Parts of the evidence (${manifest.complete ? 'sealed' : 'cut'})`,
      html`<div class="scroll">
        <table>
          <tbody>
            ${manifest.parts.slice(0, 500).map(
              (part) =>
                html`<tr>
                  <th scope="row" class="mono">${part.path}</th>
                  <td class="number">${grouped(part.bytes)}</td>
                  <td><span class="mono">${part.sha256}</span></td>
                </tr>`,
            )}
          </tbody>
        </table>
      </div>`,
    )}
  </section>`;
}

const machineRows = (machine: Machine): Html =>
  html`${pair('accelerator', machine.accelerator)}${pair('QEMU', machine.qemuVersion)}
  ${pair('Node.js', machine.nodeVersion)}${pair('operating system', machine.os)}
  ${pair('processor', `${machine.cpu}, ${counted(machine.cores)}`)}
  ${pair('memory', `${grouped(machine.memoryBytes / 2 ** 30, 1)} GiB`)}`;

const counted = (cores: number): string => `${cores} ${cores === 1 ? 'core' : 'cores'}`;

const fold = (title: string, body: Html): Html =>
  html`<details>
    <summary>${title}</summary>
    ${body}
  </details>`;

const pair = (name: string, value: string): Html =>
  html`<tr>
    <th scope="row">${name}</th>
    <td><span class="mono">${value}</span></td>
  </tr>`;

/** A command line, one option a line. */
const commandLine = (argv: readonly string[]): Html =>
  html`<pre tabindex="0">
${argv
      .map((word, i) => (i > 0 ? (word.startsWith('-') ? ' \\\n  ' : ' ') : '') + quoted(word))
      .join('')}</pre>`;

const quoted = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;

function pathsTable(plan: ReportInput['plan']): Html {
  const host = new Map(plan.scenario.hosts.map((h) => [h.name, h]));
  return html`<div class="scroll">
    <table>
      <thead>
        <tr>
          <th scope="col">link</th>
          <th scope="col">host</th>
          <th scope="col">array node</th>
          <th scope="col">keep-alive</th>
          <th scope="col">I/O time-out</th>
          <th scope="col">policy</th>
        </tr>
      </thead>
      <tbody>
        ${plan.links.map((link) => {
          const h = host.get(link.host);
          return html`<tr>
            <th scope="row">${link.name}</th>
            <td>${link.host} <span class="mono">${link.hostAddress}</span></td>
            <td>${link.node}, port ${link.port} <span class="mono">${link.nodeAddress}</span></td>
            <td>${h && duration(h.keepAliveMs)}</td>
            <td>${h && duration(h.ioTimeoutMs)}</td>
            <td>${h?.ioPolicy}</td>
          </tr>`;
        })}
      </tbody>
    </table>
  </div>`;
}
