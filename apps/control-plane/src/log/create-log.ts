import { pino, type DestinationStream, type Logger } from 'pino';
import { withoutSecrets } from '../access/secrets.js';

/**
 * The log: one JSON object a line on stderr. Headers that carry secrets are left out, and whatever looks like one of our
 * secrets is masked, wherever in a line it stands.
 */
export function createLog(
  level: string,
  destination: DestinationStream = pino.destination({ dest: 2, sync: false }),
): Logger {
  return pino(
    {
      level,
      redact: {
        paths: [
          'req.headers.authorization',
          'req.headers.cookie',
          'req.headers["x-fenceline-token"]',
          'res.headers["set-cookie"]',
        ],
        remove: true,
      },
      hooks: { streamWrite: withoutSecrets },
    },
    destination,
  );
}
