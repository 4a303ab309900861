import { access } from './differences/access.js';
import { contentNegotiation } from './differences/content-negotiation.js';
import { conversionWebhooks } from './differences/conversion-webhooks.js';
import { customResources } from './differences/custom-resources.js';
import { deletion } from './differences/deletion.js';
import { discovery } from './differences/discovery.js';
import { eventsAndLeases } from './differences/events-and-leases.js';
import { fieldValidation } from './differences/field-validation.js';
import { flowControl } from './differences/flow-control.js';
import { kinds } from './differences/kinds.js';
import { lists } from './differences/lists.js';
import { namespaces } from './differences/namespaces.js';
import { patches } from './differences/patches.js';
import { scheduling } from './differences/scheduling.js';
import { subresources } from './differences/subresources.js';
import { validationRules } from './differences/validation-rules.js';
import { watches } from './differences/watches.js';
import type { Difference } from './differences/difference.js';

/**
 * Cases that kubesim does not pass, by area. The suite runs them and expects that they fail, so a title goes when kubesim passes its
 * case. docs/kubesim.md lists them.
 */
export const differences: Readonly<Record<string, readonly Difference[]>> = {
  discovery,
  'content negotiation': contentNegotiation,
  lists,
  watches,
  'field validation': fieldValidation,
  patches,
  kinds,
  subresources,
  deletion,
  access,
  'flow control': flowControl,
  'custom resources': customResources,
  'conversion webhooks': conversionWebhooks,
  'validation rules': validationRules,
  namespaces,
  scheduling,
  'events and leases': eventsAndLeases,
};
