'use strict';

var url = require('url');

/** Loads the built command line; apart from fenceline.cjs because old versions cannot parse `import()`. */
module.exports = function load(main) {
  import(url.pathToFileURL(main).href).catch(function (error) {
    process.stderr.write(
      'fenceline: the built code does not load; build it again: npm run build\n' +
        error.stack +
        '\n',
    );
    process.exitCode = 3;
  });
};
