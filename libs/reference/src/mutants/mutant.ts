import type { Finding, RuleName } from '@fenceline/contracts';

/** A host or controller that does one thing wrong. */
export interface Mutant<Decisions> {
  name: string;
  /** What it does wrong. */
  wrong: string;
  /** The rule that must find it, and whom that blames. */
  rule: RuleName;
  blame: Finding['blame'];
  /** The decisions in which it differs from the correct one. */
  decisions: Partial<Decisions>;
}

/** @throws where there is no mutant of this name */
export function mutantNamed<Kind extends Mutant<unknown>>(
  mutants: readonly Kind[],
  name: string,
): Kind {
  const mutant = mutants.find((one) => one.name === name);
  if (mutant === undefined) throw new Error(`there is no mutant ${name}`);
  return mutant;
}
