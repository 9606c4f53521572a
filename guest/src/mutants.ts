import {
  controllerDecisionsOf,
  controllerMutants,
  hostDecisionsOf,
  hostMutants,
  type ControllerDecisions,
  type HostDecisions,
} from '@fenceline/reference';

/** The decisions of a host mutant as settings of a host; none for the correct host. */
export function hostMutant(name: string | null): { decisions?: HostDecisions } {
  if (name === null) return {};
  const mutant = hostMutants.find((one) => one.name === name);
  if (mutant === undefined) throw new Error(`there is no host mutant ${name}`);
  return { decisions: hostDecisionsOf(mutant) };
}

/** The same of a controller mutant. */
export function controllerMutant(name: string | null): { decisions?: ControllerDecisions } {
  if (name === null) return {};
  const mutant = controllerMutants.find((one) => one.name === name);
  if (mutant === undefined) throw new Error(`there is no controller mutant ${name}`);
  return { decisions: controllerDecisionsOf(mutant) };
}
