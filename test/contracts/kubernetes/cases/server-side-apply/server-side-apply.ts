import type { Area } from '../../contract-case.js';
import { fieldOwnership } from './ownership.js';
import { applyRequests } from './requests.js';
import { appliedSchema } from './schema.js';
import { appliedSubresources } from './subresources.js';

/** Server-side apply of one object by one or several managers. */
export const serverSideApply: Area = {
  name: 'server-side apply',
  cases: { ...applyRequests, ...fieldOwnership, ...appliedSchema, ...appliedSubresources },
};
