import { predefinedRoles } from '../../../access/model/roles.js';
import { isVerb, type Verb } from '../../../access/model/verb.js';
import { throwProblem } from '../../../kernel/result.js';

/** Custom roles of an account. */
export const MAX_ROLES = 100;
const MAX_VERBS = 200;
const MAX_DESCRIPTION = 1_000;
const NAME = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;

/** Checks the name of a role or service account. Throws INVALID_INPUT. */
export function checkName(name: string, path: readonly string[]): void {
  if (!NAME.test(name))
    throwProblem('INVALID_INPUT', 'A name has 1 to 63 lower-case letters, digits and hyphens.', { path });
}

/** Checks the name of a custom role. Throws INVALID_INPUT, and DUPLICATE_NAME for that of a predefined one. */
export function checkRoleName(name: string, path: readonly string[]): void {
  checkName(name, path);
  if (predefinedRoles.some((role) => role.name === name))
    throwProblem('DUPLICATE_NAME', `The role ${name} is predefined.`, { path });
}

/** Returns a description that is not too long. Throws INVALID_INPUT. */
export function checkDescription(description: string, path: readonly string[]): string {
  if (description.length > MAX_DESCRIPTION)
    throwProblem('INVALID_INPUT', `description has at most ${MAX_DESCRIPTION} characters.`, { path });
  return description;
}

/** The verbs of a role, each once. Throws INVALID_INPUT. */
export function checkedVerbs(texts: readonly string[], path: readonly string[]): Verb[] {
  if (texts.length < 1 || texts.length > MAX_VERBS)
    throwProblem('INVALID_INPUT', `A role has 1 to ${MAX_VERBS} verbs, not ${texts.length}.`, { path });
  const unknown = texts.findIndex((text) => !isVerb(text));
  if (unknown >= 0)
    throwProblem('INVALID_INPUT', 'There is no such verb; Role.verbs of the administrator has all of them.', {
      path: [...path, String(unknown)],
    });
  return [...new Set(texts.filter(isVerb))].sort();
}
