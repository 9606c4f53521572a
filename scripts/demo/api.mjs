/** The service answered, and what it said is no. */
export class Refusal extends Error {
  /**
   * @param {number} status of HTTP
   * @param {string} message
   */
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

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
   * Server-sent events of a job, until the stream ends.
   *
   * @param {string} jobId
   * @param {number} after the number of the last event that is known; 0 for all of them
   * @returns {AsyncGenerator<{ event: string, data: any }>}
   */
  async *events(jobId, after) {
    const response = await this.ask(`/events?after=${after}&live=true&jobId=${jobId}`, {});
    let event = 'message';
    for await (const line of linesOf(response.body)) {
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
    throw new Refusal(
      response.status,
      [problem.title ?? `HTTP ${response.status}`, problem.detail, problem.mend]
        .filter((part) => part)
        .join(' '),
    );
  }
}

/** Lines of a body. Whoever stops reading cancels it; one that is cut throws. (A `readline` over it would throw past us.) */
async function* linesOf(body) {
  let begun = '';
  for await (const text of body.pipeThrough(new globalThis.TextDecoderStream())) {
    const lines = (begun + text).split('\n');
    begun = lines.pop();
    yield* lines;
  }
}
