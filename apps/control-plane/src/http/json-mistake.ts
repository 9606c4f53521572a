/** Where a text stops being JSON. */
export interface JsonMistake {
  /** From 1. */
  line: number;
  /** From 1, in UTF-16 units. */
  column: number;
}

const space = /[ \t\n\r]*/y;
const scalar =
  /"(?:[ !#-[\]-\uffff]|\\(?:["\\/bfnrt]|u[0-9A-Fa-f]{4}))*"|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;

/**
 * Finds the first place at which a text is not JSON (RFC 8259), or null where all of it is. `JSON.parse` tells the
 * place of some mistakes only, and quotes the text, which may hold a secret.
 */
export function findJsonMistake(text: string): JsonMistake | null {
  const at = new Scanner(text).scan();
  if (at === null) return null;
  const lines = text.slice(0, at).split('\n');
  return { line: lines.length, column: lines.at(-1)!.length + 1 };
}

type Expected = 'value' | 'value or ]' | 'key' | 'key or }' | ':' | ', or end';

/** Walks over the text with a stack of its own, so that no depth of nesting can overflow ours. */
class Scanner {
  private at = 0;
  private readonly open: ('{' | '[')[] = [];
  private expected: Expected = 'value';

  constructor(private readonly text: string) {}

  scan(): number | null {
    for (;;) {
      this.skip(space);
      if (this.at === this.text.length) return this.isWhole() ? null : this.at;
      if (!this.step()) return this.at;
    }
  }

  private isWhole(): boolean {
    return this.open.length === 0 && this.expected === ', or end';
  }

  /** Takes one token. @returns false where it is not one that may stand here */
  private step(): boolean {
    const sign = this.text[this.at];
    switch (this.expected) {
      case 'value':
        return this.value(sign);
      case 'value or ]':
        return sign === ']' ? this.close('[') : this.value(sign);
      case 'key or }':
        return sign === '}' ? this.close('{') : this.key(sign);
      case 'key':
        return this.key(sign);
      case ':':
        return sign === ':' && this.take('value');
      case ', or end':
        return this.after(sign);
    }
  }

  private value(sign: string | undefined): boolean {
    if (sign === '{' || sign === '[') {
      this.open.push(sign);
      return this.take(sign === '{' ? 'key or }' : 'value or ]');
    }
    return this.scalar(', or end');
  }

  private key(sign: string | undefined): boolean {
    return sign === '"' && this.scalar(':');
  }

  private after(sign: string | undefined): boolean {
    const inside = this.open.at(-1);
    if (sign === ',' && inside !== undefined) return this.take(inside === '{' ? 'key' : 'value');
    if (sign === '}') return this.close('{');
    return sign === ']' && this.close('[');
  }

  private close(opened: '{' | '['): boolean {
    if (this.open.at(-1) !== opened) return false;
    this.open.pop();
    return this.take(', or end');
  }

  private take(expected: Expected): true {
    this.at += 1;
    this.expected = expected;
    return true;
  }

  private scalar(expected: Expected): boolean {
    if (!this.skip(scalar)) return false;
    this.expected = expected;
    return true;
  }

  private skip(pattern: RegExp): boolean {
    pattern.lastIndex = this.at;
    const [found] = pattern.exec(this.text) ?? [''];
    this.at += found.length;
    return found.length > 0;
  }
}
