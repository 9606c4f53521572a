/** Where in a YAML text of block style somebody types: which field, and what is written of it so far. */
export interface YamlPlace {
  /** Names of the fields around it, outermost first; `-` stands for an entry of a list. */
  path: string[];
  /** `name`: a field's name is typed; `value`: what stands behind the colon of the last field of the path. */
  kind: 'name' | 'value';
  /** What is typed so far of the word. */
  typed: string;
  /** Names that stand beside it already. */
  siblings: string[];
}

interface Line {
  /** Columns before the first character; behind `- ` for an entry of a list. */
  indent: number;
  /** Columns of the dashes of entries that begin on this line. */
  dashes: number[];
  name: string | null;
  rest: string;
}

/** Finds the place of an offset. Fields in braces are not looked into: null there, and in comments. */
export function yamlPlace(text: string, offset: number): YamlPlace | null {
  const before = text.slice(0, offset).split('\n');
  const lines = text.split('\n').map(readLine);
  const at = before.length - 1;
  const here = readLine(before[at]!);
  if (/(^|\s)#/.test(before[at]!) || /[{[]/.test(here.rest)) return null;
  const path = pathTo(lines, at, here);
  if (here.name !== null) {
    return { path: [...path, here.name], kind: 'value', typed: here.rest, siblings: [] };
  }
  if (/\s/.test(here.rest.trim())) return null;
  return { path, kind: 'name', typed: here.rest, siblings: siblingsOf(lines, at, here.indent) };
}

function readLine(text: string): Line {
  let indent = 0;
  const dashes: number[] = [];
  for (;;) {
    indent += /^ */.exec(text.slice(indent))![0].length;
    if (!/^-( |$)/.test(text.slice(indent))) break;
    dashes.push(indent);
    indent += Math.min(2, text.length - indent);
  }
  const body = text.slice(indent);
  const name = /^(?:"([^"]*)"|([^\s#"'{[][^:#]*)):(?:\s+|$)/.exec(body);
  if (name === null) return { indent, dashes, name: null, rest: body.startsWith('#') ? '' : body };
  return { indent, dashes, name: name[1] ?? name[2]!, rest: body.slice(name[0].length) };
}

function isBlank({ name, rest, dashes }: Line): boolean {
  return name === null && dashes.length === 0 && rest.trim() === '';
}

/** The fields around a line: upwards, each that is less indented than the one before. */
function pathTo(lines: readonly Line[], at: number, here: Line): string[] {
  const path: string[] = [];
  let limit = here.indent;
  const step = (dashes: readonly number[]) => {
    for (const dash of [...dashes].reverse()) {
      if (dash < limit) {
        path.unshift('-');
        limit = dash;
      }
    }
  };
  step(here.dashes);
  for (let index = at - 1; index >= 0 && limit >= 0; index -= 1) {
    const line = lines[index]!;
    if (isBlank(line)) continue;
    // The entries of a list may stand as far left as the field that has them.
    const isOwner = line.indent < limit || (line.indent === limit && path[0] === '-');
    if (line.name !== null && line.rest.trim() === '' && isOwner) {
      path.unshift(line.name);
      limit = line.indent;
      step(line.dashes);
    } else if (line.dashes.some((dash) => dash < limit) && path[0] !== '-') {
      step(line.dashes);
    }
    if (limit === 0 && path[0] !== '-') break;
  }
  return path;
}

/** Fields of the same map: as far indented, with nothing less indented in between. */
function siblingsOf(lines: readonly Line[], at: number, indent: number): string[] {
  const names: string[] = [];
  const look = (index: number): boolean => {
    const line = lines[index]!;
    if (isBlank(line)) return true;
    if (line.indent < indent) return false;
    if (line.indent === indent && line.name !== null) names.push(line.name);
    return true;
  };
  if ((lines[at]?.dashes.length ?? 0) === 0) {
    for (let index = at - 1; index >= 0; index -= 1) {
      if (!look(index) || lines[index]!.dashes.length > 0) break;
    }
  }
  for (let index = at + 1; index < lines.length; index += 1) {
    if (lines[index]!.dashes.length > 0 || !look(index)) break;
  }
  return names;
}
