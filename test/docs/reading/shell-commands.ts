import { parse } from 'shell-quote';
import { nodesOf, placeOf, type Page } from './pages.js';

/** A command as a page shows it. */
export interface ShownCommand {
  place: string;
  /** Without assignments before it. */
  words: string[];
  /** What a comment behind it says. */
  comment: string;
  /** It is named in a sentence, where arguments may be left out. */
  inSentence: boolean;
}

/** Every command of a page: in its blocks for a shell, and in its sentences. */
export function shownCommands(page: Page): ShownCommand[] {
  return [
    ...shellBlocks(page).flatMap(({ place, lines }) =>
      lines.flatMap((line) => commandsOf(line, { place, inSentence: false })),
    ),
    ...nodesOf(page, 'inlineCode').flatMap((node) =>
      commandsOf(node.value, { place: placeOf(page, node), inSentence: true }),
    ),
  ];
}

/** The blocks that are for a shell, of sessions what somebody types; continued lines are one. */
export function shellBlocks(page: Page): { place: string; lines: string[] }[] {
  return nodesOf(page, 'code')
    .filter(({ lang }) => lang === 'sh' || lang === 'console')
    .map((node) => {
      const lines = node.value.replaceAll(/\\\n\s*/g, '').split('\n');
      const typed = lines.filter((line) => line.startsWith('$ ')).map((line) => line.slice(2));
      return { place: placeOf(page, node), lines: node.lang === 'console' ? typed : lines };
    });
}

function commandsOf(
  line: string,
  about: Pick<ShownCommand, 'place' | 'inSentence'>,
): ShownCommand[] {
  const commands: ShownCommand[] = [{ ...about, words: [], comment: '' }];
  // Variables stay as they are written.
  for (const entry of parse(withoutBrackets(line), (name) => `$${name}`)) {
    const last = commands.at(-1)!;
    if (typeof entry === 'string') {
      const isAssignment = last.words.length === 0 && /^[A-Z_]+=/.test(entry);
      if (!isAssignment) last.words.push(entry);
    } else if ('comment' in entry) {
      last.comment = entry.comment;
    } else if (entry.op === 'glob') {
      last.words.push(entry.pattern);
    } else {
      commands.push({ ...about, words: [], comment: '' });
    }
  }
  return commands.filter(({ words }) => words.length > 0);
}

/** What may be left out, and what is one or the other, is looked at as if all of it were given. */
function withoutBrackets(line: string): string {
  return line.replaceAll(/\[([^\]]*)\]/g, (_, inner: string) => inner.replaceAll('|', ' '));
}
