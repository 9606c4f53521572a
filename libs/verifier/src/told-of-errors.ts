import type { History } from '@fenceline/history';

/** Whether a host's application was told of errors, or its VM is gone: then nothing need be sent again. */
export function wasToldOfErrors({ events }: History, host: string): boolean {
  return events.some(
    (event) =>
      (event.kind === 'workload-end' && event.host === host && event.errors > 0) ||
      (event.kind === 'vm-lost' && event.vm === host),
  );
}
