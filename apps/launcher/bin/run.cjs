'use strict';

var url = require('url');

/** Runs the built launcher; apart from launcher.cjs because old versions cannot parse `import()`. */
module.exports = function run(main) {
  import(url.pathToFileURL(main).href).then(function (launcher) {
    return launcher.main(process.argv.slice(2)).then(function (code) {
      process.exit(code);
    });
  });
};
