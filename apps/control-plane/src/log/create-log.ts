import { pino, type Logger } from 'pino';

/** The log: one JSON object a line on stderr. Secrets are left out wherever a request or answer may hold them. */
export function createLog(level: string): Logger {
  return pino(
    {
      level,
      redact: {
        paths: ['req.headers.authorization', 'req.headers.cookie', 'res.headers["set-cookie"]'],
        remove: true,
      },
    },
    pino.destination({ dest: 2, sync: false }),
  );
}
