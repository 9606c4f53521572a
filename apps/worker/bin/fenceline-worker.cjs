#!/usr/bin/env node
'use strict';

var path = require('path');
var url = require('url');

import(url.pathToFileURL(path.join(__dirname, '..', 'dist', 'main.js')).href).catch(
  function (error) {
    process.stderr.write(
      'fenceline-worker: the built code does not load; build it: npm run build\n' +
        error.stack +
        '\n',
    );
    process.exitCode = 1;
  },
);
