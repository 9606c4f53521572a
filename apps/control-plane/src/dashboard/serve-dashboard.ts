import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import express, {
  type NextFunction,
  type Request,
  type RequestHandler,
  type Response,
} from 'express';
import { Problem } from '../http/problem.js';
import { sendProblem } from '../http/send-problem.js';

/** Where the build of `apps/dashboard` lies, seen from the sources as from `dist`. */
const builtFolder = fileURLToPath(new URL('../../../dashboard/dist', import.meta.url));

/** The page and what it loads come from here, and nothing in it is inline. */
const policy = [
  "default-src 'self'",
  "img-src 'self' data:",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ');

/**
 * Serves the dashboard beside the API: its files, and its page for every address that a browser opens, so that links
 * into it can be shared. Where it was not built, it says so; the API does not need it.
 *
 * @param folder with `index.html`, and `assets` whose names change with their content
 */
export function serveDashboard(folder = builtFolder): RequestHandler {
  const page = path.join(folder, 'index.html');
  const files = express.static(folder, {
    index: false,
    redirect: false,
    cacheControl: false,
    setHeaders: (response: Response, file: string) => {
      response.setHeader('Content-Security-Policy', policy);
      response.setHeader('Cache-Control', isHashed(folder, file) ? immutable : 'no-cache');
    },
  });
  return (request: Request, response: Response, next: NextFunction) => {
    if (!['GET', 'HEAD'].includes(request.method) || /^\/api(\/|$)/i.test(request.path)) next();
    else if (wantsPage(request)) sendPage(page, request, response, next);
    else files(request, response, next);
  };
}

const immutable = 'public, max-age=31536000, immutable';

function isHashed(folder: string, file: string): boolean {
  return path.relative(folder, file).startsWith(`assets${path.sep}`);
}

/** Browsers ask for `text/html` by its name; programs that mistook an address shall not get a page. */
function wantsPage({ path: asked, headers }: Request): boolean {
  if (asked === '/') return true;
  return path.extname(asked) === '' && (headers.accept ?? '').includes('text/html');
}

function sendPage(page: string, request: Request, response: Response, next: NextFunction): void {
  if (!existsSync(page)) {
    const mend = 'Run `npm run build`. The API below /api/v1 does not need it.';
    sendProblem(
      new Problem('unavailable', 'The dashboard was not built.', { mend }),
      request,
      response,
    );
    return;
  }
  response.setHeader('Content-Security-Policy', policy);
  response.setHeader('Cache-Control', 'no-cache');
  response.sendFile(page, { cacheControl: false }, (error: unknown) => {
    if (error !== undefined) next(error);
  });
}
