import type { Command, History } from '@fenceline/history';
import type { Damage } from '../damage.js';
import { atNs, grouped } from '../words.js';
import { html, type Html } from './escape.js';

const mostRows = 200;

const columns = {
  promised: 'promised value',
  acknowledged: 'acknowledged, ms',
  value: 'value read',
  read: 'read, ms',
  writtenBy: 'that value is of the write sent at, ms',
};

/** What the application read in the end, beside what it had been promised. */
export function damageSection(damage: readonly Damage[], history: History): Html | null {
  if (damage.length === 0) return null;
  const bad = damage.filter(({ promised, read }) => read && read.payload !== promised.payload);
  const value = (payload: number) =>
    html`<code>${history.payloadHashes[payload] ?? `#${payload}`}</code>`;
  const over = (command: Command) => history.associations[command.association]?.link ?? '?';
  return html`<section id="damage">
    <h2>What the application had been promised, and what it read</h2>
    <p class="muted">
      ${grouped(bad.length)} of ${grouped(damage.length)} overwritten blocks still hold older data
      in the last read of them. A value is the XXH64 of the block's ${grouped(history.blockSize)}
      bytes.
    </p>
    <div class="scroll">
      <table class="cards">
        <thead>
          <tr>
            <th scope="col" class="number">LBA</th>
            <th scope="col">${columns.promised}</th>
            <th scope="col">${columns.acknowledged}</th>
            <th scope="col">${columns.value}</th>
            <th scope="col">${columns.read}</th>
            <th scope="col">${columns.writtenBy}</th>
          </tr>
        </thead>
        <tbody>
          ${damage.slice(0, mostRows).map(({ lba, promised, read }) => {
            const stale = read !== null && read.payload !== promised.payload;
            return html`<tr class="${stale ? 'violation' : 'pass'}">
              <th scope="row" class="number" data-name="LBA">${grouped(lba)}</th>
              <td data-name="${columns.promised}">${value(promised.payload)}</td>
              <td data-name="${columns.acknowledged}">
                ${atNs(promised.command.answeredAt)} over ${over(promised.command)}
              </td>
              <td data-name="${columns.value}" class="tone">
                ${read ? html`${value(read.payload)} ${stale ? 'older' : 'as promised'}` : 'never read again'}
              </td>
              <td data-name="${columns.read}">
                ${read && html`${atNs(read.command.answeredAt)} over ${over(read.command)}`}
              </td>
              <td data-name="${columns.writtenBy}">
                ${
                  read?.writtenBy &&
                  html`${atNs(read.writtenBy.sentAt)} over ${over(read.writtenBy)}`
                }
              </td>
            </tr>`;
          })}
        </tbody>
      </table>
    </div>
  </section>`;
}
