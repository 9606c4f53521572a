// ES5 on purpose: an old Node must be able to parse this file to say that it is too old.
'use strict';

var path = require('path');
var nodeVersion = require('../../apps/cli/bin/node-version.cjs');

/** Goes on with `script` of the scripts folder if this Node will do, and says what is needed if not. */
module.exports = function enter(script) {
  var problem = nodeVersion.problemWith(process.version);
  if (problem !== null) {
    process.stderr.write(problem + '\n');
    process.exitCode = 3;
    return;
  }
  require('../../apps/cli/bin/load.cjs')(path.join(__dirname, '..', script));
};
