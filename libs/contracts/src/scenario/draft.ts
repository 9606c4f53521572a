import type { z } from 'zod';
import { isRecord } from './is-record.js';
import { formatPath, type Complaint, type FieldPath } from './problem.js';
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
  /** As it is in the file. */
  raw: unknown;
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

/** An unknown field is reported elsewhere and keeps nobody from reading the others. */
function part<S extends z.ZodType>(schema: S, raw: unknown, path: FieldPath): Part<z.output<S>> {
  const first = schema.safeParse(raw);
  if (first.success) return { path, raw, value: first.data };
  const { issues } = first.error;
  if (!issues.every((issue) => issue.code === 'unrecognized_keys')) {
    return { path, raw, value: undefined };
  }
  const unknown = new Set<string>();
  for (const { path: at, keys } of issues) {
    for (const key of keys) unknown.add(formatPath([...(at as FieldPath), key]));
  }
  return { path, raw, value: schema.safeParse(without(raw, unknown, [])).data };
}

/** A copy without the fields at these paths. */
function without(value: unknown, paths: ReadonlySet<string>, at: FieldPath): unknown {
  if (Array.isArray(value)) return value.map((one, index) => without(one, paths, [...at, index]));
  if (!isRecord(value)) return value;
  const kept = Object.entries(value).filter(([key]) => !paths.has(formatPath([...at, key])));
  return Object.fromEntries(kept.map(([key, one]) => [key, without(one, paths, [...at, key])]));
}

function named<S extends z.ZodType>(schema: S, value: unknown, path: FieldPath): NamedPartsOf<S> {
  const entries = isRecord(value) ? Object.entries(value) : [];
  return new Map(entries.map(([name, one]) => [name, part(schema, one, [...path, name])]));
}

function listed<S extends z.ZodType>(schema: S, value: unknown, path: FieldPath): PartsOf<S> {
  const items: unknown[] = Array.isArray(value) ? value : [];
  return items.map((item, index) => part(schema, item, [...path, index]));
}
