// ES5 on purpose: an old Node must be able to parse this file to say that it is too old.
'use strict';

/** The Node versions that Fenceline runs on, as in `engines` of package.json. */
var NEEDED = '>=20.19.0 <21 || >=22.12.0';

/** Whether `version` (as in process.version, `v22.12.0`) is one that Fenceline runs on. */
function isSupported(version) {
  var parts = /^v?(\d+)\.(\d+)\./.exec(version);
  if (parts === null) {
    return false;
  }
  var major = Number(parts[1]);
  var minor = Number(parts[2]);
  return (major === 20 && minor >= 19) || (major === 22 && minor >= 12) || major > 22;
}

/** What to tell somebody whose Node is `version`; null when it will do. */
function problemWith(version) {
  if (isSupported(version)) {
    return null;
  }
  return (
    'fenceline: this Node.js is ' +
    version +
    ' (' +
    process.execPath +
    '); needed is Node.js 24 (20.19 or later of 20, and 22.12 or later, work too).\n' +
    '  to get it:  https://nodejs.org/en/download, then see that `node --version` finds it first in PATH'
  );
}

module.exports = { NEEDED: NEEDED, isSupported: isSupported, problemWith: problemWith };
