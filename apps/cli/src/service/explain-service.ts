import { ServiceProblem, ServiceUnreachable } from '@fenceline/client';
import { ExitCode } from '@fenceline/contracts/exit-code';
import { harmless } from '@fenceline/report/harmless';

/** What a service refused or could not do: lines for people, and the exit code. */
export function explainService(error: ServiceProblem | ServiceUnreachable): {
  code: ExitCode;
  text: string;
} {
  if (error instanceof ServiceUnreachable) {
    return { code: ExitCode.serviceUnreachable, text: harmless(error.message) };
  }
  const fields = error.errors.map(({ field, message, line, column }) => {
    const place = line === undefined ? '' : `:${line}:${column ?? 1}`;
    return `${field}${place}: ${message}`;
  });
  const lines = [
    error.detail,
    ...fields.map((field) => `  ${field}`),
    ...(error.mend === undefined ? [] : [`  ${error.mend}`]),
    ...(error.requestId === undefined || error.status < 500
      ? []
      : [`  In the log of the service it is request ${error.requestId}.`]),
  ];
  return { code: codeOf(error), text: lines.map(harmless).join('\n') };
}

/** A service that says itself that it cannot serve now is as good as one that does not answer. */
function codeOf({ type, status }: ServiceProblem): ExitCode {
  if (type === 'unavailable') return ExitCode.serviceUnreachable;
  // The state of things, a limit of the moment, or a mistake of the service; nobody typed anything wrong.
  return status >= 500 || [409, 410, 429].includes(status) ? ExitCode.error : ExitCode.usage;
}
