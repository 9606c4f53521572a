import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  type Document,
  type ErrorCode,
  type Node,
  type Pair,
  type YAMLError,
} from 'yaml';
import { scenarioLimits } from './limits.js';
import {
  formatPath,
  printable,
  type Complaint,
  type FieldPath,
  type ScenarioProblem,
} from './problem.js';
import { tooDeepAt } from './yaml-nesting.js';

/** Where a value, and the name of its field, begin in the text. */
interface Place {
  value: number;
  name: number | null;
  children: Map<string | number, Place>;
}

/**
 * The YAML of a scenario file as plain values, with the place of each in the text.
 *
 * Only plain YAML 1.2 is read: no anchors, aliases, merge keys, tags or directives, so that what is written
 * is what is meant and a small file cannot unfold into a large one.
 */
export class YamlSource {
  /** The plain values; what could not be read is left out. */
  readonly value: unknown;
  /** What is wrong with the YAML itself, unsorted. */
  readonly problems: readonly ScenarioProblem[];
  /** The text is YAML: `value` is worth checking. */
  readonly readable: boolean;

  private readonly found: ScenarioProblem[] = [];
  private readonly spoilt = new Set<string>();
  private readonly lines = new LineCounter();
  private readonly root: Place = { value: 0, name: null, children: new Map() };
  private values = 0;

  constructor(
    private readonly text: string,
    private readonly file: string,
  ) {
    this.problems = this.found;
    const document = this.parse(text);
    this.readable = document !== null && this.found.length === 0;
    this.value = this.readable ? this.plain(document?.contents ?? null, this.root, []) : undefined;
  }

  /** The problem at the place of its field; of the nearest one around it where the field is not there. */
  locate(complaint: Complaint): ScenarioProblem {
    let place = this.root;
    let complete = true;
    for (const part of complaint.path) {
      const child = place.children.get(part);
      if (child === undefined) {
        complete = false;
        break;
      }
      place = child;
    }
    const useName = !complete || complaint.atName === true;
    const offset = useName ? (place.name ?? place.value) : place.value;
    return this.problemAt(offset, formatPath(complaint.path), complaint.message, complaint.mend);
  }

  /** Whether the value at this path, or one around it, was refused by the reader of YAML already. */
  isSpoilt(path: FieldPath): boolean {
    for (let length = path.length; length >= 0; length--) {
      if (this.spoilt.has(formatPath(path.slice(0, length)))) return true;
    }
    return false;
  }

  private parse(text: string): Document.Parsed | null {
    // UTF-8 needs at most three bytes for a UTF-16 unit: short texts need no count.
    if (text.length * 3 > scenarioLimits.textBytes && utf8Length(text) > scenarioLimits.textBytes) {
      this.report(
        0,
        '',
        `the file has more than ${scenarioLimits.textBytes / 1024} KiB`,
        'Split it into several scenarios.',
      );
      return null;
    }
    const tooDeep = tooDeepAt(text);
    if (tooDeep !== null) {
      // The parser counts the lines as a rule.
      for (const start of lineStarts(text)) this.lines.addNewLine(start);
      this.report(tooDeep, '', 'is nested too deeply', 'No field is that deep.');
      return null;
    }
    const document = parseDocument(text, {
      lineCounter: this.lines,
      prettyErrors: false,
      uniqueKeys: false,
      stringKeys: false,
      version: '1.2',
    });
    const exhausted = document.errors.find((error) => error.code === 'RESOURCE_EXHAUSTION');
    for (const error of exhausted === undefined ? document.errors : [exhausted]) {
      this.report(error.pos[0], '', syntaxMessage(error), syntaxMend(error));
    }
    if (document.directives.yaml.explicit === true || hasTagDirective(document)) {
      this.report(0, '', 'has a YAML directive', 'Remove the line that begins with `%`.');
    }
    return document;
  }

  private plain(node: Node | null, place: Place, path: FieldPath): unknown {
    this.values++;
    if (this.values > scenarioLimits.values) {
      if (this.values === scenarioLimits.values + 1) {
        const mend = 'Split the file into several scenarios.';
        this.report(
          place.value,
          formatPath(path),
          `there are more than ${scenarioLimits.values} values`,
          mend,
        );
        this.spoilt.add('');
      }
      return undefined;
    }
    if (node === null) return null;
    place.value = node.range?.[0] ?? place.value;
    if (path.length > scenarioLimits.depth) {
      this.refuse(place, path, 'is nested too deeply', 'No field is that deep.');
      return undefined;
    }
    if (isAlias(node)) {
      this.refuseAlias(node.source, place, path);
      return undefined;
    }
    if ('anchor' in node && node.anchor !== undefined) {
      const mend = `Remove \`&${node.anchor}\` and write each value where it belongs.`;
      this.report(
        this.startOfProperties(place.value),
        formatPath(path),
        'has an anchor, which is not allowed',
        mend,
      );
    }
    if (node.tag !== undefined) {
      place.value = this.startOfProperties(place.value);
      const mend = 'Remove it and write a plain value.';
      this.refuse(place, path, `has the tag \`${node.tag}\``, mend);
      return undefined;
    }
    if (isMap(node)) return this.plainMap(node.items, place, path);
    if (isSeq(node)) {
      return node.items.map((item, index) => {
        const child: Place = { value: place.value, name: null, children: new Map() };
        place.children.set(index, child);
        return this.plain(item as Node | null, child, [...path, index]);
      });
    }
    return isScalar(node) ? node.value : undefined;
  }

  private plainMap(items: readonly Pair[], place: Place, path: FieldPath): Record<string, unknown> {
    const values: Record<string, unknown> = {};
    for (const { key, value } of items) {
      const keyNode = key as Node | null;
      const at = keyNode?.range?.[0] ?? place.value;
      const name = this.fieldName(keyNode, at, path);
      if (name === null) continue;
      const first = place.children.get(name);
      if (first !== undefined) {
        const { line } = this.position(first.name ?? first.value);
        const mend = `It is in line ${line} already: keep one of the two.`;
        this.report(at, formatPath([...path, name]), 'is there twice', mend);
        continue;
      }
      const child: Place = { value: at, name: at, children: new Map() };
      place.children.set(name, child);
      values[name] = this.plain(value as Node | null, child, [...path, name]);
    }
    return values;
  }

  private fieldName(key: Node | null, at: number, path: FieldPath): string | null {
    if (!isScalar(key) || key.tag !== undefined || key.anchor !== undefined) {
      const mend = 'Write a plain name, then a colon.';
      this.report(at, formatPath(path), 'has a field whose name is not plain text', mend);
      return null;
    }
    if (key.value === '<<') {
      const mend = 'Write the fields out.';
      this.report(at, formatPath(path), 'has a merge key (`<<`), which is not allowed', mend);
      return null;
    }
    if (typeof key.value !== 'string') {
      const shown = key.source ?? '';
      const mend = 'Choose a name that begins with a letter.';
      this.report(at, formatPath(path), `has a field named \`${shown}\`, which is not text`, mend);
      return null;
    }
    if (key.value === '__proto__') {
      this.report(at, formatPath([...path, key.value]), 'is not a known field', 'Remove it.');
      return null;
    }
    return key.value;
  }

  /** Where the anchor and the tag before a value begin; the reader of YAML does not tell. */
  private startOfProperties(value: number): number {
    const before = this.text.slice(Math.max(0, value - 256), value);
    return value - (/(?:[!&]\S*\s+)+$/.exec(before)?.[0].length ?? 0);
  }

  private refuseAlias(name: string, place: Place, path: FieldPath): void {
    const mend =
      name === 'others'
        ? "Write `'*others'` in quotes."
        : 'Write the value itself, or put text that begins with `*` in quotes.';
    this.refuse(place, path, `\`*${name}\` is a YAML alias, which is not allowed`, mend);
  }

  private refuse(place: Place, path: FieldPath, message: string, mend: string): void {
    this.spoilt.add(formatPath(path));
    this.report(place.value, formatPath(path), message, mend);
    return undefined;
  }

  private report(offset: number, path: string, message: string, mend: string): void {
    this.found.push(this.problemAt(offset, path, message, mend));
  }

  private problemAt(offset: number, path: string, message: string, mend: string): ScenarioProblem {
    return {
      file: this.file,
      ...this.position(offset),
      path: printable(path),
      message: printable(message),
      mend: printable(mend),
    };
  }

  private position(offset: number): { line: number; column: number } {
    const { line, col } = this.lines.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  }
}

function hasTagDirective(document: Document.Parsed): boolean {
  return Object.keys(document.directives.tags).some((handle) => handle !== '!!');
}

function* lineStarts(text: string): Generator<number> {
  yield 0;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) yield at + 1;
}

function utf8Length(text: string): number {
  let bytes = 0;
  for (const character of text) {
    const code = character.codePointAt(0)!;
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  }
  return bytes;
}

function syntaxMessage(error: YAMLError): string {
  if (error.code === 'RESOURCE_EXHAUSTION') return 'is nested too deeply';
  if (error.code === 'MULTIPLE_DOCS') return 'the file has several YAML documents';
  const [first = ''] = error.message.split('\n');
  return `the YAML cannot be read: ${first.charAt(0).toLowerCase()}${first.slice(1).replace(/[.:]$/, '')}`;
}

const mendBySyntaxError: Partial<Record<ErrorCode, string>> = {
  TAB_AS_INDENT: 'Indent with spaces.',
  MULTIPLE_DOCS: 'Keep one document: remove what follows `---`.',
  RESOURCE_EXHAUSTION: 'No field is that deep.',
  BLOCK_AS_IMPLICIT_KEY:
    'Put text that contains `: ` in quotes, or begin a new line for the inner field.',
  MISSING_CHAR: 'Close what was opened, or add what is missing.',
  BAD_INDENT:
    'Fields of one map begin in the same column, and a bracket is closed deeper than its field.',
  BAD_SCALAR_START: 'Put this text in quotes.',
};

function syntaxMend({ code }: YAMLError): string {
  return mendBySyntaxError[code] ?? 'Correct the YAML at this place.';
}
