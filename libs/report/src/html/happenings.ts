import type { Verdict } from '@fenceline/contracts';
import { NS_PER_MS } from '@fenceline/contracts';
import type { History } from '@fenceline/history';
import { fenceEndWord, grouped } from '../words.js';
import { html, type Html } from './escape.js';
import { momentButton } from './moment-button.js';

interface Happening {
  t: number;
  kind: string;
  text: string;
}

const mostRows = 400;

/** The run as a table: phases, steps, faults, give-ups, fence ends, what the instruments remarked. */
export function happeningsSection(verdict: Verdict, history: History): Html {
  const all = [...fromEvents(history), ...fromFaults(history), ...fromFences(verdict, history)]
    .concat(history.remarks.map(({ t, text }) => ({ t, kind: 'remark', text })))
    .concat(
      history.problems.map((p) => ({
        t: p.t,
        kind: 'instrument',
        text: `${p.instrument}: ${p.message}`,
      })),
    )
    .sort((a, b) => a.t - b.t);
  return html`<section id="happenings">
    <h2>What happened</h2>
    <div class="scroll">
      <table>
        <thead>
          <tr>
            <th scope="col" class="number">ms</th>
            <th scope="col">kind</th>
            <th scope="col">what</th>
          </tr>
        </thead>
        <tbody>
          ${all.slice(0, mostRows).map(
            ({ t, kind, text }) =>
              html`<tr>
                <td class="number">${momentButton(t / NS_PER_MS)}</td>
                <td><span class="badge">${kind}</span></td>
                <td>${text}</td>
              </tr>`,
          )}
        </tbody>
      </table>
    </div>
    ${all.length > mostRows && html`<p class="muted">and ${grouped(all.length - mostRows)} more</p>`}
  </section>`;
}

function fromEvents(history: History): Happening[] {
  return history.events.flatMap((event): Happening[] => {
    const { t } = event;
    switch (event.kind) {
      case 'phase':
        return [{ t, kind: 'phase', text: `${event.phase} begins` }];
      case 'step':
        return [
          {
            t,
            kind: 'step',
            text: `${event.describe}${event.fired ? '' : ' did not fire'}: ${event.because}`,
          },
        ];
      case 'workload-start':
        return [{ t, kind: 'workload', text: `${event.job} started on ${event.host}` }];
      case 'workload-end': {
        const how = event.stopped ? 'was stopped' : `ended with exit code ${event.exitCode ?? '?'}`;
        const errors = event.errors > 0 ? `, ${grouped(event.errors)} I/O errors` : '';
        return [{ t, kind: 'workload', text: `${event.job} on ${event.host} ${how}${errors}` }];
      }
      case 'read-back': {
        const how = event.ok ? 'every written block was read' : (event.message ?? 'failed');
        return [{ t, kind: 'read back', text: `${event.host} over ${event.path}: ${how}` }];
      }
      case 'drained':
        return [
          {
            t,
            kind: 'drain',
            text: event.ok
              ? 'nothing that was complete is left unapplied'
              : `the bound passed with ${grouped(event.pending)} requests unapplied`,
          },
        ];
      case 'vm-lost':
        return [{ t, kind: 'VM', text: `${event.vm}: ${event.message}` }];
      case 'instrument-error':
        return [{ t, kind: 'instrument', text: `${event.instrument}: ${event.message}` }];
      case 'end':
        return [{ t, kind: 'end', text: 'the recording ends' }];
      // Faults come from the history, which knows their ends; stalls, clocks and scheduling are no happenings.
      case 'fault-start':
      case 'fault-end':
      case 'stall':
      case 'guest-clock':
      case 'vm-schedule':
        return [];
    }
  });
}

function fromFaults(history: History): Happening[] {
  return history.faults.flatMap((fault) => [
    { t: fault.start, kind: 'fault', text: `${fault.describe}: begins` },
    ...(fault.end < history.end
      ? [{ t: fault.end, kind: 'fault', text: `${fault.describe}: ends` }]
      : []),
  ]);
}

function fromFences(verdict: Verdict, history: History): Happening[] {
  const by = { fin: 'FIN', rst: 'RST', ccr: 'a CCR naming it', retry: 'a retry elsewhere' };
  return [
    ...history.associations
      .filter((association) => Number.isFinite(association.giveUpAt))
      .map((association) => ({
        t: association.giveUpAt,
        kind: 'give-up',
        text: `${association.label} is given up by its host${association.giveUpBy ? `, by ${by[association.giveUpBy]}` : ''}`,
      })),
    ...verdict.margins.map((margin) => ({
      t: margin.fenceEndMs * NS_PER_MS,
      kind: 'fence end',
      text: `of ${margin.association}, by ${fenceEndWord[margin.fenceEndBy]}, under ${verdict.profile}`,
    })),
  ];
}
