import type { z } from 'zod';
import { isRecord } from './is-record.js';
import type { Complaint, FieldPath } from './problem.js';
import { expectTextSchema } from './text/expect.js';
import { boundsTextSchema } from './text/scenario.js';
import { stepTextSchema } from './text/timeline.js';
import {
  hostTextSchema,
  linkTextSchema,
  nodeTextSchema,
  subsystemTextSchema,
} from './text/topology.js';
import { workloadTextSchema } from './text/workload.js';

/**
 * A scenario file read part by part, so that the checks between parts find what they can even where
 * another part is wrong. A part that is wrong itself is there by name, and its value is undefined.
 */
export interface Part<T> {
  path: FieldPath;
  value: T | undefined;
}

type PartsOf<S extends z.ZodType> = Part<z.output<S>>[];
type NamedPartsOf<S extends z.ZodType> = ReadonlyMap<string, Part<z.output<S>>>;

export interface Draft {
  subsystem: Part<z.output<typeof subsystemTextSchema>>;
  nodes: NamedPartsOf<typeof nodeTextSchema>;
  hosts: NamedPartsOf<typeof hostTextSchema>;
  links: NamedPartsOf<typeof linkTextSchema>;
  workloads: PartsOf<typeof workloadTextSchema>;
  timeline: PartsOf<typeof stepTextSchema>;
  expect: PartsOf<typeof expectTextSchema>;
  bounds: Part<z.output<typeof boundsTextSchema>>;
  /** The counters as they are written; empty where `exercise` is not there. */
  exercise: Readonly<Record<string, unknown>>;
  control: boolean;
}

/** What a check does with what it finds. */
export interface Findings {
  problem(complaint: Complaint): void;
  /** Allowed, and worth a word. */
  warning(complaint: Complaint): void;
}

export function draftOf(root: unknown): Draft {
  const fields = isRecord(root) ? root : {};
  const array = isRecord(fields.array) ? fields.array : {};
  return {
    subsystem: part(subsystemTextSchema, fields.subsystem ?? {}, ['subsystem']),
    nodes: named(nodeTextSchema, array.nodes, ['array', 'nodes']),
    hosts: named(hostTextSchema, fields.hosts, ['hosts']),
    links: named(linkTextSchema, fields.links, ['links']),
    workloads: listed(workloadTextSchema, fields.workload, ['workload']),
    timeline: listed(stepTextSchema, fields.timeline, ['timeline']),
    expect: listed(expectTextSchema, fields.expect, ['expect']),
    bounds: part(boundsTextSchema, fields.bounds ?? {}, ['bounds']),
    exercise: isRecord(fields.exercise) ? fields.exercise : {},
    control: fields.control === true,
  };
}

function part<S extends z.ZodType>(schema: S, value: unknown, path: FieldPath): Part<z.output<S>> {
  return { path, value: schema.safeParse(value).data };
}

function named<S extends z.ZodType>(schema: S, value: unknown, path: FieldPath): NamedPartsOf<S> {
  const entries = isRecord(value) ? Object.entries(value) : [];
  return new Map(entries.map(([name, one]) => [name, part(schema, one, [...path, name])]));
}

function listed<S extends z.ZodType>(schema: S, value: unknown, path: FieldPath): PartsOf<S> {
  const items: unknown[] = Array.isArray(value) ? value : [];
  return items.map((item, index) => part(schema, item, [...path, index]));
}
