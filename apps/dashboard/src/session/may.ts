import type { Scope, Who } from '../app/api-types.js';

/** Whether a session has a scope. */
export function may(who: Pick<Who, 'scopes'>, scope: Scope): boolean {
  return who.scopes.includes(scope);
}

/** Whether it may cancel, rerun and prioritise a thing: its owner's own with `submit`, those of others with `operate` too. */
export function mayChange(
  who: Pick<Who, 'scopes' | 'owner'>,
  thing: { readonly owner: string },
): boolean {
  return may(who, 'submit') && (who.owner === thing.owner || may(who, 'operate'));
}
