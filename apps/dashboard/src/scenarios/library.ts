/** A scenario that ships. */
export interface ShippedScenario {
  /** Below `scenarios`, without the ending: `ccr/table-2-ccr`. */
  path: string;
  /** The first words of the comment at its beginning. */
  summary: string;
  text: string;
}

const files = import.meta.glob<string>('../../../../scenarios/**/*.yaml', {
  query: '?raw',
  import: 'default',
  eager: true,
});

/** The shipped scenarios, those of the reference pair after the plain ones. */
export const library: readonly ShippedScenario[] = Object.entries(files)
  .map(([file, text]) => ({
    path: file.replace(/^.*\/scenarios\//, '').replace(/\.yaml$/, ''),
    summary: summaryOf(text),
    text,
  }))
  .sort((one, other) => depthOf(one) - depthOf(other) || one.path.localeCompare(other.path));

function depthOf({ path }: ShippedScenario): number {
  return path.split('/').length;
}

/** The first paragraph of the comment that a file begins with. */
export function summaryOf(text: string): string {
  const lines = text.split('\n');
  const end = lines.findIndex((line) => !/^# *\S/.test(line));
  return lines
    .slice(0, end === -1 ? undefined : end)
    .map((line) => line.replace(/^# */, ''))
    .join(' ');
}
