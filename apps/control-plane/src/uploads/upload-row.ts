import type { Upload } from '@fenceline/contracts/api';

/** An upload as SQL gives it, with what its attempt has come to; whole numbers of 64 bits come as text. */
export interface UploadRow {
  id: string;
  kind: Upload['kind'];
  name: string;
  size: string;
  sha256: string;
  received: string;
  state: Upload['state'];
  attempt_id: string | null;
  expires_at: Date;
}

export const uploadColumns =
  'u.id, u.kind, u.name, u.size, u.sha256, u.received, u.state, u.attempt_id, u.expires_at';

export function answerOf(row: UploadRow): Upload {
  const { id, kind, name, sha256, state } = row;
  return {
    id,
    kind,
    name,
    size: Number(row.size),
    sha256,
    received: Number(row.received),
    state,
    expiresAt: row.expires_at.toISOString(),
  };
}
