import { connect } from '@fenceline/client';

let headerToken: string | null = null;

/** The service that served this page. The session's cookie goes along by itself. */
export const service = connect({
  service: window.location.origin,
  headerToken: () => headerToken,
});

/** What unsafe requests of the session carry from now on. */
export function setHeaderToken(token: string | null): void {
  headerToken = token;
}
