#!/usr/bin/env node
import 'reflect-metadata';
import { createApplication } from './create-application.js';
import { messageOf } from './message-of.js';
import { readSettings } from './settings/read-settings.js';

try {
  const settings = readSettings(process.env);
  const application = await createApplication(settings);
  await application.listen(settings.FENCELINE_PORT, settings.FENCELINE_HOST);
  // The launcher waits for this line to learn the port.
  process.stdout.write(`${JSON.stringify({ listening: await application.getUrl() })}\n`);
} catch (error) {
  process.stderr.write(`${messageOf(error)}\n`);
  process.exitCode = 1;
}
