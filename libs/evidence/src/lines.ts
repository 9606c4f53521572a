/** One line of a text part, without its line end. */
export interface Line {
  /** From 1. */
  number: number;
  text: string;
  /** False for a last line that has no line end: the recording may have been cut inside it. */
  ended: boolean;
}

/** Splits a stream of UTF-8 bytes into lines, without holding more than the longest line. */
export async function* splitLines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Line> {
  const decoder = new TextDecoder();
  let number = 0;
  let rest = '';
  for await (const chunk of chunks) {
    const text = decoder.decode(chunk, { stream: true });
    let start = 0;
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', start)) {
      number += 1;
      yield { number, text: rest + text.slice(start, end), ended: true };
      rest = '';
      start = end + 1;
    }
    rest += text.slice(start);
  }
  rest += decoder.decode();
  if (rest !== '') yield { number: number + 1, text: rest, ended: false };
}
