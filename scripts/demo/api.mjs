import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';

/** The REST API for one token. */
export class Api {
  /**
   * @param {string} address
   * @param {string} token
   */
  constructor(address, token) {
    this.base = `${address}/api/v1`;
    this.headers = { authorization: `Bearer ${token}` };
  }

  /** @param {string} where */
  async get(where) {
    return (await this.ask(where, {})).json();
  }

  /** @param {string} where */
  async post(where, body) {
    const headers = { 'content-type': 'application/json' };
    return (await this.ask(where, { method: 'POST', headers, body: JSON.stringify(body) })).json();
  }

  /** The bytes of an artifact. @param {string} artifactId */
  async content(artifactId) {
    const response = await this.ask(`/artifacts/${artifactId}/content`, {});
    return Buffer.from(await response.arrayBuffer());
  }

  /**
   * Server-sent events of a job from its beginning on.
   *
   * @param {string} jobId
   * @returns {AsyncGenerator<{ event: string, data: any }>}
   */
  async *events(jobId) {
    const response = await this.ask(`/events?after=0&live=true&jobId=${jobId}`, {});
    let event = 'message';
    for await (const line of createInterface({ input: Readable.fromWeb(response.body) })) {
      if (line.startsWith('event: ')) event = line.slice(7);
      else if (line.startsWith('data: ')) yield { event, data: JSON.parse(line.slice(6)) };
      else if (line === '') event = 'message';
    }
  }

  async ask(where, init) {
    const headers = { ...this.headers, ...init.headers };
    const response = await globalThis.fetch(this.base + where, { ...init, headers });
    if (response.ok) return response;
    const problem = await response.json().catch(() => ({}));
    throw new Error(
      [problem.title ?? `HTTP ${response.status}`, problem.detail, problem.mend]
        .filter((part) => part)
        .join(' '),
    );
  }
}
