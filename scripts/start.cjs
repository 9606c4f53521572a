// ES5 on purpose: an old Node must be able to parse this file to say that it is too old.
'use strict';

require('./setup/enter.cjs')('start.mjs');
