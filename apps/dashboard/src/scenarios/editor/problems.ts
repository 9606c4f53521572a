import { ServiceProblem, type Client } from '@fenceline/client';
import { answerOf } from '@fenceline/client';
import { parseScenario } from '@fenceline/contracts';

/** Something that is wrong, or doubtful, in a text, and where. Lines and columns from 1. */
export interface TextProblem {
  line: number;
  column: number;
  severity: 'error' | 'warning';
  message: string;
}

/** What this page itself sees at once, with what mends it. */
export function problemsOf(text: string): TextProblem[] {
  const result = parseScenario(text, 'scenario');
  const said = ({ line, column, path, message, mend }: (typeof result.warnings)[number]) => ({
    line,
    column,
    message: `${path === '' ? '' : `${path}: `}${message}. ${mend}`,
  });
  return [
    ...(result.ok
      ? []
      : result.problems.map((one) => ({ ...said(one), severity: 'error' as const }))),
    ...result.warnings.map((one) => ({ ...said(one), severity: 'warning' as const })),
  ];
}

/** What the service sees, which decides; it may be of another version than the page. */
export async function problemsOfService(service: Client, text: string): Promise<TextProblem[]> {
  try {
    await answerOf(service.POST('/scenarios/validate', { body: { text } }));
    return [];
  } catch (error) {
    if (!(error instanceof ServiceProblem)) throw error;
    return problemsOfAnswer(error);
  }
}

/** The places that the service's answer names; the beginning of the text where it names none. */
export function problemsOfAnswer({ errors, detail }: ServiceProblem): TextProblem[] {
  if (errors.length === 0) return [{ line: 1, column: 1, severity: 'error', message: detail }];
  return errors.map(({ field, message, line, column }) => ({
    line: line ?? 1,
    column: column ?? 1,
    severity: 'error',
    message: field === '' ? message : `${field}: ${message}`,
  }));
}
