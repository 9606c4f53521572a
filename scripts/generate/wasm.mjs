import wabt from 'wabt';

const { parseWat } = await wabt();

/**
 * WebAssembly text as a module of TypeScript that exports the binary form.
 *
 * @param {string} name of the file, for messages
 * @param {string} text
 * @throws when the text is no valid module, with line and column
 */
export function wasmModuleOf(name, text) {
  const parsed = parseWat(name, text);
  try {
    parsed.validate();
    const { buffer } = parsed.toBinary({});
    return [
      `// Made of ${name} by \`node scripts/docs.mjs\`. Do not edit.`,
      '/** The module in its binary form, base64. */',
      `export const module =`,
      `  '${Buffer.from(buffer).toString('base64')}';`,
      '',
    ].join('\n');
  } finally {
    parsed.destroy();
  }
}
