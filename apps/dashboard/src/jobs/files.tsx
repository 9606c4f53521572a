import type { AttemptArtifact } from '../app/api-types.js';
import { ButtonAnchor } from '../ui/button.js';
import { formatBytes } from '../ui/format.js';
import { Panel } from '../ui/panel.js';
import { Table, type Column } from '../ui/table.js';

/** Where the bytes of a published file are. */
export function contentOf({ id }: Pick<AttemptArtifact, 'id'>): string {
  return `/api/v1/artifacts/${id}/content`;
}

const meanings: Readonly<Record<string, string>> = {
  evidence: 'the recording: captures, journal, consoles',
  verdict: 'the verdict document',
  report: 'the page below',
  timeline: 'what the timeline is drawn from',
  log: 'the log of the lab',
};

const columns: Column<AttemptArtifact>[] = [
  { title: 'File', isHead: true, cell: ({ name }) => name },
  { title: 'What it is', cell: ({ kind }) => meanings[kind] ?? kind },
  { title: 'Size', kind: 'number', cell: ({ size }) => formatBytes(size) },
  {
    title: 'SHA-256',
    kind: 'dim',
    cell: ({ sha256 }) => <code title={sha256}>{sha256.slice(0, 16)}…</code>,
  },
  {
    title: 'Download',
    kind: 'tight',
    cell: (artifact) => (
      <ButtonAnchor
        small
        href={contentOf(artifact)}
        download={artifact.name}
        aria-label={`Download ${artifact.name}`}
      >
        Download
      </ButtonAnchor>
    ),
  },
];

/** What the attempts published, to take away. */
export function Files({ artifacts }: { artifacts: readonly AttemptArtifact[] }) {
  if (artifacts.length === 0) return null;
  return (
    <Panel title="Evidence and files" flush>
      <Table label="Files" columns={columns} rows={artifacts} keyOf={({ id }) => id} />
    </Panel>
  );
}
