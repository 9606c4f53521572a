/** Nanoseconds of the lab's clock as whole microseconds, the unit of the picture. */
export const us = (ns: number): number => Math.max(0, Math.round(ns / 1000));

/** Milliseconds since the lab started in the same unit. */
export const usOfMs = (ms: number): number => Math.max(0, Math.round(ms * 1000));
