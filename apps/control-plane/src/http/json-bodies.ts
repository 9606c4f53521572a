import express, { type RequestHandler } from 'express';

/** The most bytes of a JSON body: a scenario's text with its quotes escaped, twice over. */
const limit = 1024 * 1024;

/** Parses JSON bodies; those of another content type are left to the handler, as a stream. */
export function jsonBodies(): RequestHandler {
  return express.json({ limit, strict: true });
}
