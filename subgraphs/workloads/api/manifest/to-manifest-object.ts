import { toUserError } from '../../../runtime/graph/user-error.type.js';
import type { ObjectOutcome } from '../../model/manifest-outcome.rules.js';
import type { ManifestObject } from './manifest.type.js';

/** Maps the outcome of an object to its GraphQL type. */
export function toManifestObject({ problem, warnings = [], ...outcome }: ObjectOutcome): ManifestObject {
  return { ...outcome, error: problem && toUserError(problem), warnings: warnings.map(toUserError) };
}
