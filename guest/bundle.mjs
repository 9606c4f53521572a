// Makes each program of the guests one file without imports, from what the compiler wrote: a guest has no
// node_modules. CommonJS starts quicker. The same sources give the same bytes.
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

const path = (name) => fileURLToPath(new URL(`dist/${name}`, import.meta.url));

for (const program of ['reference-node', 'reference-host']) {
  const bundle = await rolldown({
    input: path(`${program}.js`),
    platform: 'node',
    // Our modules do nothing when they are loaded but for the program itself.
    treeshake: { moduleSideEffects: false },
    transform: { target: 'node18' },
    onLog: (level, log) => {
      if (level === 'warn') throw new Error(log.message);
    },
  });
  await bundle.write({ file: path(`${program}.cjs`), format: 'cjs', sourcemap: false });
  await bundle.close();
}
