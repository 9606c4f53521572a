#!/usr/bin/env node
// ES5 on purpose: an old Node must be able to parse this file to say that it is too old.
'use strict';

var fs = require('fs');
var path = require('path');
var nodeVersion = require('./node-version.cjs');

/** The environment is unfit: as for every machine's fault, 3 (see docs/settings.md). */
var EXIT_ERROR = 3;

var problem = nodeVersion.problemWith(process.version);
var main = path.join(__dirname, '..', 'dist', 'main.js');

if (problem === null && !fs.existsSync(main)) {
  problem =
    'fenceline: not built yet.\n' +
    '  to build:  npm ci && npm run build\n' +
    '  or run the demonstration, which does that and more:  npm run demo';
}

if (problem !== null) {
  process.stderr.write(problem + '\n');
  process.exitCode = EXIT_ERROR;
} else {
  require('./load.cjs')(main);
}
