import type { AccessRules } from '../runtime/access/access-rules.js';

/** The catalog of regions is the same for every caller. */
export const regionsAccess: AccessRules = {
  queries: { region: 'open', regions: 'open', timeZone: 'open', timeZones: 'open' },
  objects: {},
};
