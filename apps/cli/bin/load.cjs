'use strict';

var url = require('url');

/** Loads the built command line; apart from fenceline.cjs because old versions cannot parse `import()`. */
module.exports = function load(main) {
  import(url.pathToFileURL(main).href);
};
