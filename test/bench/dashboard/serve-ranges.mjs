import { createReadStream } from 'node:fs';
import { open, readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';

const types = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css' };

/**
 * Serves a built page, and a timeline by byte range as the control plane does.
 *
 * @returns its address, what was sent of the timeline, and how to end it
 */
export async function serveRanges(page, timeline) {
  const file = await open(timeline);
  const { size } = await file.stat();
  await file.close();
  const sent = { bytes: 0, requests: 0 };
  const server = createServer((request, response) => {
    const path = normalize(new URL(request.url, 'http://localhost').pathname);
    const range = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '');
    if (path === '/timeline.fltl' && range !== null) {
      const from = Number(range[1]);
      const to = Math.min(Number(range[2]), size - 1);
      sent.bytes += to - from + 1;
      sent.requests += 1;
      response.writeHead(206, {
        'Content-Type': 'application/octet-stream',
        'Content-Length': to - from + 1,
        'Content-Range': `bytes ${from}-${to}/${size}`,
      });
      createReadStream(timeline, { start: from, end: to }).pipe(response);
      return;
    }
    readFile(join(page, path === '/' ? 'index.html' : path)).then(
      (body) =>
        response.writeHead(200, { 'Content-Type': types[extname(path) || '.html'] }).end(body),
      () => response.writeHead(404).end(),
    );
  });
  await new Promise((ready) => server.listen(0, '127.0.0.1', ready));
  return {
    url: `http://127.0.0.1:${server.address().port}/`,
    size,
    sent,
    close: () => {
      server.closeAllConnections();
      return new Promise((closed) => server.close(closed));
    },
  };
}
