import { artifactTypes, type ArtifactKind } from '@fenceline/contracts/api';

const nothing = "default-src 'none'; base-uri 'none'; form-action 'none'";
const ownPage = "script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:";

/**
 * Headers that keep what a lab wrote out of the service's own pages: a type that does not come from its bytes, an origin
 * that is no origin, and a download in place of a page. Reports alone, which bring a script for their picture, can be
 * shown, by a frame of the service's own.
 *
 * @param name a plain file name, as uploads have
 */
export function artifactHeaders(kind: ArtifactKind, name: string): Record<string, string> {
  const isReport = kind === 'report';
  return {
    'Content-Type': artifactTypes[kind],
    'Content-Disposition': `${isReport ? 'inline' : 'attachment'}; filename="${safeName(name)}"`,
    'Content-Security-Policy': isReport
      ? `sandbox allow-scripts; ${nothing}; ${ownPage}; frame-ancestors 'self'`
      : `sandbox; ${nothing}; frame-ancestors 'none'`,
    'X-Content-Type-Options': 'nosniff',
    'Cross-Origin-Resource-Policy': 'same-origin',
    'Referrer-Policy': 'no-referrer',
  };
}

/** Uploads have such names already; what else should get here cannot end the quotes or name a folder. */
function safeName(name: string): string {
  return name.replace(/[^A-Za-z0-9._+-]/g, '_').replace(/^\.+/, '_');
}
