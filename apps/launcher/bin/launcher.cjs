#!/usr/bin/env node
// ES5 on purpose: an old Node must be able to parse this file to say that it is too old.
'use strict';

var fs = require('fs');
var path = require('path');
var nodeVersion = require('../../cli/bin/node-version.cjs');

var problem = nodeVersion.problemWith(process.version);
var main = path.join(__dirname, '..', 'dist', 'main.js');

if (problem === null && !fs.existsSync(main)) {
  problem = 'fenceline: not built yet.\n  to build it and start the service:  npm start';
}

if (problem !== null) {
  process.stderr.write(problem + '\n');
  process.exitCode = 3;
} else {
  require('./run.cjs')(main);
}
